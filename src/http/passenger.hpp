#pragma once

#include <filesystem>
#include <string>

#include "core/error.hpp"

namespace silaware::http {

/// One start under Phusion Passenger 6, by its spawn protocol: the work folder is named in
/// PASSENGER_SPAWN_WORK_DIR.
class PassengerSpawn {
  public:
    /// Reads `<work_folder>/args.json`. Error `invalid` if it is missing or names no socket folder.
    static core::Result<PassengerSpawn> read(const std::filesystem::path& work_folder);

    /// Where to listen (mode 0666: the folder guards it); short enough for a socket address.
    const std::filesystem::path& socket() const { return socket_; }
    /// Tells Passenger that the socket answers HTTP, any number of requests at once. Call after
    /// Server::start.
    core::Result<void> report_ready() const;
    /// Tells Passenger that the start failed, with a sentence for its error page.
    void report_failure(const std::string& reason) const;

  private:
    std::filesystem::path work_folder_;
    std::filesystem::path socket_;
};

/// Blocks until standard input ends (Passenger's way to say stop) or `stop_descriptor` becomes readable.
void wait_for_passenger_end(int stop_descriptor);

}  // namespace silaware::http
