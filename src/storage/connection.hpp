#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database_error.hpp"
#include "storage/row.hpp"

namespace silaware::storage {

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

}  // namespace silaware::storage
