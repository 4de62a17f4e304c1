#pragma once

#include <fstream>

#include "unit/mqtt/process.hpp"

/// A certificate for localhost that is its own CA.
struct Certificate {
    explicit Certificate(const std::filesystem::path& folder)
        : file((folder / "cert.pem").string()), key((folder / "key.pem").string()) {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
            key + " -out " + file + " 2>/dev/null";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("no certificate");
        std::filesystem::permissions(key, std::filesystem::perms::all);  // mosquitto may run as another user
    }
    std::string file;
    std::string key;
};

/// A real mosquitto on a free loopback port, with its state in a folder of its own.
class MosquittoBroker {
  public:
    explicit MosquittoBroker(std::string settings = "max_queued_messages 0\n")
        : settings_(std::move(settings)) {
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
        start();
    }

    std::uint16_t port() const { return port_; }

    void start() {
        std::ofstream(folder_.path() / "mosquitto.conf")
            << "listener " << port_
            << " 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location "
            << folder_.path().string() << "/\nautosave_interval 1\nautosave_on_changes false\nlog_dest file "
            << (folder_.path() / "log").string() << "\n"
            << settings_;
        process_ = Process({"/usr/sbin/mosquitto", "-c", (folder_.path() / "mosquitto.conf").string()});
        if (!eventually([this] { return accepts(port_); }))
            throw std::runtime_error("mosquitto does not start");
    }
    void stop() { process_.end(SIGTERM); }

  private:
    TempFolder folder_;
    std::string settings_;
    std::uint16_t port_ = free_port();
    Process process_;
};

/// A mosquitto that speaks TLS on `port`, with a certificate for localhost, and plain MQTT beside it.
struct TlsMosquitto {
    explicit TlsMosquitto(const std::string& settings = "")
        : certificate(readable(folder)),
          broker(settings + "listener " + std::to_string(port) + " 127.0.0.1\ncertfile " + certificate.file +
                 "\nkeyfile " + certificate.key + "\n") {}

    TempFolder folder;
    Certificate certificate;
    std::uint16_t port = free_port();
    MosquittoBroker broker;

  private:
    /// mosquitto may run as another user.
    static std::filesystem::path readable(const TempFolder& folder) {
        std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
        return folder.path();
    }
};
