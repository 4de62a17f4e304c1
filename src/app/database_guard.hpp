#pragma once

#include <stop_token>
#include <thread>

#include "storage/database.hpp"

namespace silaware::app {

/// Some seconds after `stop`, ends the database calls that still hang, so that the program ends in time
/// whatever the server does. To be made before the threads that it is to free.
class DatabaseGuard {
  public:
    DatabaseGuard(storage::Database& database, std::stop_token stop);
    ~DatabaseGuard() { thread_.request_stop(); }

  private:
    std::jthread thread_;
};

}  // namespace silaware::app
