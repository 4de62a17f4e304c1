#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace silaware::spool {

/// A refusal of SQLite; thrown inside this room only.
class SqliteError : public std::runtime_error {
  public:
    SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
    /// The primary result code: SQLITE_FULL, SQLITE_IOERR, …
    int code() const { return code_ & 0xFF; }

  private:
    int code_;
};

class Connection {
  public:
    explicit Connection(const std::filesystem::path& file);
    void execute(const char* sql);
    std::int64_t integer(const char* sql);
    sqlite3* handle() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement that is used again and again. Bound views must live until the next reset().
class Statement {
  public:
    Statement(Connection& connection, const char* sql);
    Statement& bind(int index, std::int64_t value);
    Statement& bind_text(int index, std::string_view value);
    Statement& bind_bytes(int index, std::string_view value);
    /// True while there is a row.
    bool step();
    /// step() until done, then reset().
    void run();
    void reset();
    std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
    std::string_view bytes(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    void check(int code) const;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Rolls back unless committed.
class Transaction {
  public:
    explicit Transaction(Connection& connection);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Connection& connection_;
};

}  // namespace silaware::spool
