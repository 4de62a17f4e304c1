#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "storage/row.hpp"

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

/// What acquire() does after a server could not be reached or did not answer in time.
enum class AfterOutage {
    try_again,
    refuse,  ///< at once, so that nobody waits in vain; one at a time tries, until one got an answer
};

struct DatabaseOptions {
    /// `host` or `host:port`; tried in turn, the last good one first
    std::vector<std::string> hosts = {"localhost"};
    unsigned port = 3306;
    std::string socket = {};  ///< a Unix socket; beats `hosts`
    std::string user = "root";
    std::string password = {};
    std::string tls_ca = {};          ///< file with the CA of the server's certificate; empty: no TLS
    std::string name = "rumahsakit";  ///< empty: connect without choosing a database
    unsigned connections = 8;         ///< the pool's limit
    std::chrono::seconds connect_timeout{5};
    std::chrono::seconds io_timeout{60};
    AfterOutage after_outage = AfterOutage::try_again;
    std::chrono::milliseconds retry_every{1000};  ///< with AfterOutage::refuse
};

/// One connection: prepared statements by their text, rows as plain structs. Not thread safe.
///
/// Every method throws DatabaseError. `?` are bound in order; a parameter is an integer, a double, a float, a
/// bool, a string, or an optional of one. A row type is a struct whose members stand in column order.
class Connection {
  public:
    explicit Connection(const DatabaseOptions& options, std::string_view host);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs a statement; the number of rows it found (not: changed).
    template <typename... Parameters>
    std::uint64_t execute(std::string_view sql, const Parameters&... parameters) {
        return run(sql, {Value(parameters)...});
    }

    /// All rows of a query. For short results; long ones go through `stream`.
    template <typename Row, typename... Parameters>
    std::vector<Row> select(std::string_view sql, const Parameters&... parameters) {
        std::vector<Row> rows;
        stream_rows(sql, {Value(parameters)...}, Buffering::whole, [&](const ResultRow& row) {
            rows.push_back(read_row<Row>(row));
            return true;
        });
        return rows;
    }

    /// The first row of a query, if it has one.
    template <typename Row, typename... Parameters>
    std::optional<Row> select_one(std::string_view sql, const Parameters&... parameters) {
        std::optional<Row> result;
        stream_rows(sql, {Value(parameters)...}, Buffering::whole, [&](const ResultRow& row) {
            if (!result) result = read_row<Row>(row);
            return true;
        });
        return result;
    }

    /// Calls `sink(Row)` for each row as it comes off the wire, in constant memory, until it answers false.
    /// The connection can do nothing else meanwhile.
    template <typename Row, typename Sink, typename... Parameters>
    void stream(std::string_view sql, Sink&& sink, const Parameters&... parameters) {
        stream_rows(sql, {Value(parameters)...}, Buffering::none,
                    [&](const ResultRow& row) { return sink(read_row<Row>(row)); });
    }

    /// The same with rows whose columns are only known at run time; all of them must be texts.
    void stream_raw(std::string_view sql, const std::function<bool(const ResultRow&)>& sink) {
        stream_rows(sql, {}, Buffering::none, sink);
    }

    /// Runs `sql` once per element of `rows`, in few round trips, all or nothing per call of the server. The
    /// members of a row are bound to the `?` in order. Use inside a transaction.
    template <typename Row>
    void bulk(std::string_view sql, const std::vector<Row>& rows) {
        // In pieces: the columns take as much memory as the rows.
        for (std::span<const Row> rest = rows; !rest.empty();) {
            const auto piece = rest.first(std::min(rest.size(), bulk_rows));
            Columns columns = make_columns(piece);
            run_bulk(sql, columns, piece.size());
            rest = rest.subspan(piece.size());
        }
    }

    /// Runs a text that may hold several statements; for migrations, without parameters.
    void run_script(std::string_view sql);

    std::uint64_t last_insert_id() const;
    bool ping();
    /// Ends a call that waits for the server, and every later one. The only method for another thread.
    void shut_down();
    bool broken() const { return broken_; }
    /// Nothing is known of its state any more: the pool throws it away.
    void give_up() { broken_ = true; }
    std::chrono::steady_clock::time_point last_used() const { return last_used_; }

  private:
    enum class Buffering { whole, none };
    struct Statement;
    static constexpr std::size_t bulk_rows = 5'000;

    std::uint64_t run(std::string_view sql, std::vector<Value> parameters);
    void stream_rows(std::string_view sql, std::vector<Value> parameters, Buffering buffering,
                     const std::function<bool(const ResultRow&)>& sink);
    void run_bulk(std::string_view sql, Columns& columns, std::size_t rows);
    std::size_t bulk_limit();
    Statement& prepare(std::string_view sql);
    Statement& prepare_and_execute(std::string_view sql, std::vector<Value>& parameters);
    [[noreturn]] void fail(unsigned code, const char* message);
    void use();

    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
    bool broken_ = false;
    std::chrono::steady_clock::time_point last_used_;
};

/// A pool of connections to one database, for many threads.
class Database {
  public:
    explicit Database(DatabaseOptions options);
    ~Database();

    /// A connection on loan; goes back to the pool (or is thrown away when broken) at the end of its life.
    class Lease {
      public:
        Lease(Database& database, std::unique_ptr<Connection> connection)
            : database_(&database), connection_(std::move(connection)) {}
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }

      private:
        Database* database_;
        std::unique_ptr<Connection> connection_;
    };

    /// Waits for a free connection; throws DatabaseUnavailable if none can be made.
    Lease acquire();

    template <typename... Parameters>
    std::uint64_t execute(std::string_view sql, const Parameters&... parameters) {
        return acquire()->execute(sql, parameters...);
    }
    template <typename Row, typename... Parameters>
    std::vector<Row> select(std::string_view sql, const Parameters&... parameters) {
        return acquire()->template select<Row>(sql, parameters...);
    }
    template <typename Row, typename... Parameters>
    std::optional<Row> select_one(std::string_view sql, const Parameters&... parameters) {
        return acquire()->template select_one<Row>(sql, parameters...);
    }

    /// Runs `work(Connection&)` in a transaction: committed when it returns, rolled back when it throws,
    /// tried again after a conflict (so `work` must be able to run twice).
    template <typename Work>
    auto transaction(Work&& work) -> decltype(work(std::declval<Connection&>())) {
        for (int attempt = 1;; ++attempt) {
            Lease connection = acquire();
            try {
                return in_transaction(*connection, work);
            } catch (const DatabaseError& error) {
                if (!error.is_conflict() || attempt == conflict_attempts) throw;
            }
            pause_after_conflict(attempt);
        }
    }

    const DatabaseOptions& options() const { return options_; }

    /// Ends every call that waits for the server with DatabaseUnavailable, and every later one: for the end
    /// of a program whose database hangs. From any thread.
    void interrupt();

  private:
    static constexpr int conflict_attempts = 12;

    template <typename Work>
    static auto in_transaction(Connection& connection, Work& work) -> decltype(work(connection)) {
        try {
            begin(connection);
            if constexpr (std::is_void_v<decltype(work(connection))>) {
                work(connection);
                commit(connection);
            } else {
                auto result = work(connection);
                commit(connection);
                return result;
            }
        } catch (...) {
            roll_back(connection);
            throw;
        }
    }

    static void begin(Connection& connection);
    static void commit(Connection& connection);
    static void roll_back(Connection& connection) noexcept;
    static void pause_after_conflict(int attempt);
    void refuse_in_outage();
    void note_outage();
    Lease lend(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connect();
    void give_back(std::unique_ptr<Connection> connection);

    DatabaseOptions options_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::set<Connection*> lent_;
    bool interrupted_ = false;
    bool outage_ = false;
    std::chrono::steady_clock::time_point next_try_;  ///< while `outage_`
    unsigned open_ = 0;
    std::size_t preferred_host_ = 0;
};

}  // namespace silaware::storage
