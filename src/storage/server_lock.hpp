#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "storage/database.hpp"

namespace silaware::storage {

/// A lock that the server keeps by name, of this database alone, whatever else it holds: two processes never
/// do the same at once. Released with the connection too. Throws DatabaseError.
class ServerLock {
  public:
    /// Waits for another holder, at most `patience`; see held().
    ServerLock(Connection& connection, std::string_view purpose, std::chrono::seconds patience);
    ~ServerLock();
    ServerLock(const ServerLock&) = delete;
    ServerLock& operator=(const ServerLock&) = delete;
    bool held() const { return held_; }

  private:
    Connection& connection_;
    const std::string prefix_;
    bool held_ = false;
};

}  // namespace silaware::storage
