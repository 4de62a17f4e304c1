#include "storage/database.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace silaware::storage {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds ping_after_idle{20};
constexpr std::chrono::seconds longest_wait{30};
constexpr std::chrono::seconds ask_for_more_after{10};

constexpr unsigned galera_not_ready = 1047;
constexpr unsigned unknown_variable = 1193;  // the server is no Galera node
constexpr std::string_view cut_off_from_cluster = R"(
    SELECT @@wsrep_on = 1 AND variable_value = 'OFF' FROM information_schema.global_status
     WHERE variable_name = 'WSREP_READY')";

/// The server, or our account on it, may have no more connections than there are.
bool is_full(const DatabaseError& error) {
    constexpr unsigned too_many = 1040;
    constexpr unsigned too_many_of_account = 1203;
    constexpr unsigned account_limit = 1226;
    return error.code() == too_many || error.code() == too_many_of_account || error.code() == account_limit;
}

DatabaseUnavailable ending() {
    return {0, "the program is ending"};
}

/// A replica, or a server that somebody is working on, takes no rows: the next one may.
void refuse_read_only(Connection& connection) {
    constexpr unsigned read_only = 1290;
    if (connection.select_one<int>("SELECT @@global.read_only").value_or(0) != 0)
        throw DatabaseUnavailable(read_only, "the server is read-only");
}

/// A Galera node that has lost the others lets us in but refuses every table, so the next server is better.
/// And what was written through another node must be seen through this one.
void prepare_cluster_node(Connection& connection) {
    try {
        if (connection.select_one<int>(cut_off_from_cluster).value_or(0) == 1)
            throw DatabaseUnavailable(galera_not_ready, "this Galera node has lost the others");
        connection.execute("SET SESSION wsrep_sync_wait = 1");
    } catch (const DatabaseError& error) {
        if (error.code() != unknown_variable) throw;
    }
}

}  // namespace

Database::Database(DatabaseOptions options) : options_(std::move(options)) {}

Database::~Database() = default;

Database::Lease::~Lease() {
    if (connection_) database_->give_back(std::move(connection_));
}

/// Whoever is let through has the time of a whole attempt before the next one is.
void Database::refuse_in_outage() {
    if (!outage_) return;
    const auto now = Clock::now();
    if (now < next_try_) throw DatabaseUnavailable(0, "the database did not answer a moment ago");
    next_try_ = now + options_.retry_every + options_.connect_timeout + options_.io_timeout;
}

void Database::note_outage() {
    if (options_.after_outage == AfterOutage::try_again) return;
    outage_ = true;
    next_try_ = Clock::now() + options_.retry_every;
}

Database::Lease Database::acquire() {
    std::unique_lock lock(mutex_);
    refuse_in_outage();
    for (;;) {
        const auto has_place = [&] { return interrupted_ || !idle_.empty() || open_ < most_open(); };
        if (!returned_.wait_for(lock, longest_wait, has_place))
            throw DatabaseUnavailable(0, "every database connection has been busy for 30 s");
        if (interrupted_) throw ending();
        if (auto connection = take_idle(lock)) return lend(std::move(connection));
        if (auto connection = open_another(lock)) return lend(std::move(connection));
    }
}

/// Null if none is left; else without the lock.
std::unique_ptr<Connection> Database::take_idle(std::unique_lock<std::mutex>& lock) {
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        lock.unlock();
        if (Clock::now() - connection->last_used() < ping_after_idle || connection->ping()) return connection;
        connection.reset();
        lock.lock();
        // The others are as old: most likely they are gone too.
        open_ -= static_cast<unsigned>(idle_.size()) + 1;
        idle_.clear();
    }
    return nullptr;
}

/// Null, with the lock, if the server gives no more than those that are lent: one of them will come back.
/// Else without it.
std::unique_ptr<Connection> Database::open_another(std::unique_lock<std::mutex>& lock) {
    ++open_;
    lock.unlock();
    try {
        return connect();
    } catch (const std::exception& error) {
        lock.lock();
        --open_;
        const auto* refusal = dynamic_cast<const DatabaseError*>(&error);
        if (refusal != nullptr && is_full(*refusal) && open_ > 0) {
            granted_ = open_;
            ask_for_more_ = Clock::now() + ask_for_more_after;
            return nullptr;
        }
        note_outage();
        returned_.notify_one();
        throw;
    }
}

unsigned Database::most_open() const {
    return Clock::now() < ask_for_more_ ? std::min(granted_, options_.connections) : options_.connections;
}

Database::Lease Database::lend(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (interrupted_) throw ending();
    lent_.insert(connection.get());
    return {*this, std::move(connection)};
}

void Database::interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    for (Connection* connection : lent_)
        connection->shut_down();
    returned_.notify_all();
}

std::unique_ptr<Connection> Database::connect() {
    std::size_t first;
    {
        const std::lock_guard lock(mutex_);
        first = preferred_host_;
    }
    const std::size_t count = options_.socket.empty() ? options_.hosts.size() : 1;
    for (std::size_t i = 0;; ++i) {
        const std::size_t index = (first + i) % count;
        try {
            auto connection =
                std::make_unique<Connection>(options_, options_.hosts.empty() ? "" : options_.hosts[index]);
            if (count > 1) {
                refuse_read_only(*connection);
                prepare_cluster_node(*connection);
            }
            const std::lock_guard lock(mutex_);
            preferred_host_ = index;
            outage_ = false;
            return connection;
        } catch (const DatabaseUnavailable&) {
            if (i + 1 >= count) throw;
        }
    }
}

void Database::give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    lent_.erase(connection.get());
    if (connection->broken()) {
        note_outage();
        --open_;
        // The others were made to the same server: most likely it is gone for them too.
        open_ -= static_cast<unsigned>(idle_.size());
        idle_.clear();
    } else {
        outage_ = false;
        idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

// A Galera node may undo a transaction between the rows of a bulk statement, for the sake of one from another
// node, and report success; what follows would be committed without what came before. The savepoint goes with
// the transaction it was made in, so its absence tells. And without autocommit what follows can still be
// undone.
void Database::begin(Connection& connection) {
    connection.run_script("SET autocommit = 0; START TRANSACTION; SAVEPOINT beginning");
}

void Database::commit(Connection& connection) {
    constexpr unsigned no_such_savepoint = 1305;
    constexpr unsigned deadlock = 1213;
    try {
        connection.run_script("RELEASE SAVEPOINT beginning; COMMIT; SET autocommit = 1");
    } catch (const DatabaseError& error) {
        if (error.code() != no_such_savepoint) throw;
        throw DatabaseError(deadlock, "the server undid the transaction in favour of another node's");
    }
}

void Database::roll_back(Connection& connection) noexcept {
    try {
        if (!connection.broken()) connection.run_script("ROLLBACK; SET autocommit = 1");
    } catch (const std::exception&) {
        connection.give_up();
    }
}

void Database::pause_after_conflict(int attempt) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::this_thread::sleep_for(
        std::chrono::milliseconds(random() % (10u * static_cast<unsigned>(attempt)) + 1));
}

}  // namespace silaware::storage
