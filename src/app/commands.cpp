#include "app/commands.hpp"

#include <fmt/format.h>

#include "storage/database.hpp"

namespace silaware::app {

namespace {

constexpr unsigned unknown_database = 1049;  // MariaDB's error number

}  // namespace

int complain(const core::Error& error) {
    if (error.fields.empty()) fmt::print(stderr, "silaware: {}\n", error.message);
    for (const auto& [field, sentence] : error.fields)
        fmt::print(stderr, "silaware: {}: {}\n", field, sentence);
    return Exit::failed;
}

std::string describe(const storage::DatabaseError& error) {
    const bool missing = error.code() == unknown_database;
    return fmt::format("{}{}", error.what(), missing ? ": run \"silaware migrate\"" : "");
}

}  // namespace silaware::app
