#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "storage/database.hpp"

namespace silaware::app {

/// MariaDB's own programs, told to use our database.
struct DatabaseClient {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  ///< the password, which no process list shows
};

/// `names`: the spellings of the program, the best first. Uses the first host of the list that answers. Error
/// `unavailable` if none is installed; throws DatabaseUnavailable if no host answers.
core::Result<DatabaseClient> database_client(const storage::DatabaseOptions& options,
                                             const std::vector<std::string>& names);

}  // namespace silaware::app
