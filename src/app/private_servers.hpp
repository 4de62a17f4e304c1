#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/child_process.hpp"
#include "app/settings.hpp"
#include "core/error.hpp"

namespace silaware::app {

/// For the commands beside `silaware up`: where nothing of a database is set, and the home holds a private
/// one, that is meant.
void adopt_private_database(Settings& settings);

/// A MariaDB of our own below `home`, on a Unix socket, tuned for durability on a small machine.
class PrivateMariaDb {
  public:
    explicit PrivateMariaDb(const std::filesystem::path& home);

    /// Creates the data folder at the first start. Error `unavailable`: what is missing and what to do.
    core::Result<void> prepare();
    /// True behind the first start.
    bool exists() const;
    ChildCommand command() const;
    /// True when it answers on its socket.
    bool is_ready() const;
    std::string socket() const { return socket_.string(); }
    std::filesystem::path log() const { return folder_ / "mariadb.log"; }

  private:
    std::filesystem::path folder_;
    std::filesystem::path data_;
    std::filesystem::path tmp_;
    std::filesystem::path socket_;
};

/// A mosquitto of our own below `home`, whose queue for ingest has no bound but the disk's.
class PrivateMosquitto {
  public:
    PrivateMosquitto(const std::filesystem::path& home, std::string address, unsigned port);

    core::Result<void> prepare();
    ChildCommand command() const;
    bool is_ready() const;
    std::filesystem::path log() const { return folder_ / "mosquitto.log"; }

  private:
    std::filesystem::path folder_;
    std::string address_;
    unsigned port_;
};

}  // namespace silaware::app
