#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace silaware::storage {

/// The server refused a statement. `code` is MariaDB's error number (1062 duplicate key, 1213 deadlock …).
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(unsigned code, const std::string& message) : std::runtime_error(message), code_(code) {}
    unsigned code() const { return code_; }
    /// True if the unique key `key` was violated.
    bool violates(std::string_view key) const;
    /// True for deadlocks, lock timeouts and Galera's certification conflicts: the transaction may be tried
    /// again.
    bool is_conflict() const { return code_ == 1213 || code_ == 1205 || code_ == 1020; }
    /// True if the server would refuse other statements, too, until somebody does something: rights, limits,
    /// a full disk, locks, interruption.
    bool is_refusal() const;
    /// True if the server refused these very values (out of range, bad encoding, a trigger, a foreign key):
    /// trying again can't help. False if it would refuse any (rights, disk, schema, interruption).
    bool is_data_error() const;

  private:
    unsigned code_;
};

/// No server could be reached, or the connection broke: the outcome of a commit in flight is unknown.
class DatabaseUnavailable : public DatabaseError {
  public:
    using DatabaseError::DatabaseError;
};

/// What MariaDB says of a statement that took longer than max_statement_time.
inline constexpr unsigned too_slow = 1969;

/// True if `code` means that the connection is of no use, or the server no server to us now: another one of
/// the list, or the same one later, may do.
bool is_connection_error(unsigned code);

}  // namespace silaware::storage
