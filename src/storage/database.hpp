#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/connection.hpp"

namespace silaware::storage {

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

    /// Waits for a free connection, also where the server gives fewer than `connections`; throws
    /// DatabaseError if none can be made.
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
    std::unique_ptr<Connection> take_idle(std::unique_lock<std::mutex>& lock);
    std::unique_ptr<Connection> open_another(std::unique_lock<std::mutex>& lock);
    unsigned most_open() const;
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
    unsigned granted_ = 0;  ///< when the server gave no more, until `ask_for_more_`
    std::chrono::steady_clock::time_point ask_for_more_;
    std::size_t preferred_host_ = 0;
};

}  // namespace silaware::storage
