#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace silaware::storage {

/// What an upgrade did to the rows of an older system, and what a person should look at.
struct UpgradeNotes {
    std::int64_t changed = 0;
    std::vector<std::string> problems = {};  ///< a sentence each: values that are used twice, or are no ids
};

/// Gives each account that has none the key its name and mail address are compared by. Of several accounts
/// with one name the first gets it; all are kept, can sign in, and are reported. Can run again.
UpgradeNotes fill_account_keys(Database& database);

/// Writes each device's address in its one spelling and gives it the key it is compared by. Can run again.
UpgradeNotes fill_device_keys(Database& database);

/// Stretches bare SHA-256 passwords where they stand, a fraction of a second each; `progress` is told how
/// many of how many are done. Can be interrupted and run again.
UpgradeNotes wrap_bare_passwords(Database& database,
                                 const std::function<void(std::int64_t done, std::int64_t total)>& progress);

}  // namespace silaware::storage
