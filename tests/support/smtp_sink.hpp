#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

#include "support/source_path.hpp"

namespace silaware::tests {

/// tests/support/smtp_sink.py as a child, in a folder of its own; ends with this object.
class SmtpSink {
  public:
    explicit SmtpSink(std::vector<std::string> arguments = {}) : arguments_(std::move(arguments)) {
        std::string name = (std::filesystem::temp_directory_path() / "silaware-smtp-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        folder_ = name;
        start();
    }
    ~SmtpSink() {
        stop();
        std::filesystem::remove_all(folder_);
    }
    SmtpSink(const SmtpSink&) = delete;
    SmtpSink& operator=(const SmtpSink&) = delete;

    /// Again on the same port after `stop`.
    void start() {
        int out[2];
        if (pipe(out) != 0) throw std::runtime_error("pipe");
        std::vector<std::string> words = {"/usr/bin/python3",
                                          source_path("tests/support/smtp_sink.py").string(),
                                          folder_.string(), "--port", std::to_string(port_)};
        words.insert(words.end(), arguments_.begin(), arguments_.end());
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        posix_spawn_file_actions_addclose(&actions, out[0]);
        if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0)
            throw std::runtime_error("the mail sink could not be started");
        posix_spawn_file_actions_destroy(&actions);
        close(out[1]);
        char line[64] = "";
        FILE* stream = fdopen(out[0], "r");
        const bool ready = fgets(line, sizeof line, stream) != nullptr;
        fclose(stream);
        if (!ready || sscanf(line, "ready %hu", &port_) != 1)
            throw std::runtime_error("the mail sink ended at once");
    }

    void stop() {
        if (pid_ == 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    void set_mode(const std::string& json) const {
        std::ofstream(folder_ / "mode.new") << json;
        std::filesystem::rename(folder_ / "mode.new", folder_ / "mode.json");
    }

    /// What it took, a JSON object each.
    std::vector<std::string> mails() const { return lines("mails.jsonl"); }
    std::vector<std::string> sessions() const { return lines("sessions"); }

    std::uint16_t port() const { return port_; }
    std::string ca() const { return (folder_ / "ca.pem").string(); }

  private:
    std::vector<std::string> lines(const char* file) const {
        std::ifstream in(folder_ / file);
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }

    std::vector<std::string> arguments_;
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    pid_t pid_ = 0;
};

}  // namespace silaware::tests
