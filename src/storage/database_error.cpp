#include "storage/database_error.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace silaware::storage {

namespace {

constexpr unsigned connection_errors[] = {
    1040,  // too many connections
    1047,  // Galera: this node is not ready for queries
    1053,  // shutdown in progress
    1077,
    1203,  // too many connections of this user
    1290,  // read-only: another server of the list may not be
    1836,
    1927,  // connection killed
    too_slow, 2002, 2003, 2005, 2006, 2012, 2013, 2026, 2055,
    4151,  // the account is locked
};

constexpr unsigned refusals[] = {
    1044, 1045, 1142, 1143, 1226, 1227, 1698, 1820,  // rights and accounts
    1021, 1026, 1030, 1037, 1038, 1041, 1114,        // disk, memory, limits
    1036, 1099, 1205, 1213, 1223, 1792,              // tables that are read-only or locked
    1317, 3024,                                      // interrupted or slow statements
};

// Whoever made the database may refuse a value with any code (a trigger's SIGNAL, a foreign key, a check, a
// partition that is missing), so what is listed is the other kind: a server that would refuse any value.
// Rights and limits; tables that are locked, missing, broken or of another version (1364: a column without a
// default that another program added); network packets; a failed commit.
constexpr unsigned refusals_of_any_value[] = {
    1005, 1016, 1017, 1033, 1034, 1035, 1046, 1049, 1054, 1064, 1100, 1105,
    1136, 1146, 1158, 1159, 1160, 1161, 1180, 1194, 1195, 1197, 1206, 1243,
    1305, 1364, 1370, 1412, 1449, 1461, 1615, 1712, 1812, 1813, 1814, 1932,
};

bool is_one_of(std::span<const unsigned> codes, unsigned code) {
    return std::ranges::find(codes, code) != codes.end();
}

bool is_of_client_library(unsigned code) {
    return code >= 2000 && code < 3000;
}

}  // namespace

bool is_connection_error(unsigned code) {
    return is_one_of(connection_errors, code);
}

bool DatabaseError::violates(std::string_view key) const {
    if (code_ != 1062) return false;
    const std::string_view message = what();
    return message.find(fmt::format("'{}'", key)) != std::string_view::npos ||
           message.find(fmt::format(".{}'", key)) != std::string_view::npos;
}

bool DatabaseError::is_refusal() const {
    return is_one_of(refusals, code_);
}

bool DatabaseError::is_data_error() const {
    return !is_conflict() && !is_refusal() && !is_connection_error(code_) &&
           !is_one_of(refusals_of_any_value, code_) && !is_of_client_library(code_);
}

}  // namespace silaware::storage
