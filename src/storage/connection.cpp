#include "storage/connection.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <mysql.h>
#include <sys/socket.h>

#include "storage/bulk_binding.hpp"
#include "storage/host_address.hpp"
#include "storage/statement.hpp"

namespace silaware::storage {

struct Connection::Implementation {
    MYSQL mysql{};
    std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements;
    std::size_t bulk_limit = 0;  ///< in bytes; 0: not asked yet

    void make_room();
};

namespace {

constexpr std::size_t bulk_bytes = 4 * 1024 * 1024;  ///< half of it where the server takes less than twice
constexpr std::size_t least_bulk_bytes = 64 * 1024;
constexpr std::size_t most_statements = 256;
constexpr std::ptrdiff_t most_single_statements = 64;  ///< used once so far

bool connect(MYSQL* mysql, const DatabaseOptions& options, const char* host, unsigned port) {
    const bool local = !options.socket.empty();
    return mysql_real_connect(mysql, local ? nullptr : host, options.user.c_str(), options.password.c_str(),
                              options.name.empty() ? nullptr : options.name.c_str(), port,
                              local ? options.socket.c_str() : nullptr,
                              CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS) != nullptr;
}

/// To the client library "localhost" is its Unix socket, whatever the port; to everybody else it is this
/// machine. So the socket is for the usual port, and only if there is one.
bool reach(MYSQL* mysql, const DatabaseOptions& options, std::string_view host) {
    constexpr unsigned usual_port = 3306;
    constexpr unsigned no_such_socket = 2002;
    const HostAddress address = split_host(host, options.port);
    const bool ambiguous = options.socket.empty() && address.host == "localhost";
    if (!ambiguous || address.port == usual_port) {
        if (connect(mysql, options, address.host.c_str(), address.port)) return true;
        if (!ambiguous || mysql_errno(mysql) != no_such_socket) return false;
    }
    const unsigned over_tcp = MYSQL_PROTOCOL_TCP;
    mysql_options(mysql, MYSQL_OPT_PROTOCOL, &over_tcp);
    return connect(mysql, options, address.host.c_str(), address.port);
}

// Strict mode: a value that does not fit is an error, never a silent change of it. The others as they are by
// default, whatever the server's administrator set for all.
constexpr std::string_view usual_session =
    "SET time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', "
    "innodb_lock_wait_timeout=20,"
    " autocommit=1, completion_type='NO_CHAIN', div_precision_increment=4, wait_timeout=28800";

/// Where callers don't wait for long, the server gives up before they do: statements that nobody waits for
/// any more would pile up in front of a lock until it has no connection left.
std::string session_setup(const DatabaseOptions& options) {
    std::string setup(usual_session);
    if (options.after_outage == AfterOutage::refuse)
        setup +=
            fmt::format(", max_statement_time={}", 0.9 * static_cast<double>(options.io_timeout.count()));
    return setup;
}

}  // namespace

Connection::Connection(const DatabaseOptions& options, std::string_view host)
    : implementation_(std::make_unique<Implementation>()), last_used_(std::chrono::steady_clock::now()) {
    MYSQL* mysql = &implementation_->mysql;
    mysql_init(mysql);
    const unsigned connect_timeout = static_cast<unsigned>(options.connect_timeout.count());
    const unsigned io_timeout = static_cast<unsigned>(options.io_timeout.count());
    const my_bool report_truncation = 1;
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &io_timeout);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &io_timeout);
    mysql_options(mysql, MYSQL_REPORT_DATA_TRUNCATION, &report_truncation);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const std::string setup = session_setup(options);
    mysql_options(mysql, MYSQL_INIT_COMMAND, setup.c_str());
    if (!options.tls_ca.empty()) {
        const my_bool verify = 1;
        mysql_ssl_set(mysql, nullptr, nullptr, options.tls_ca.c_str(), nullptr, nullptr);
        mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    }
    if (!reach(mysql, options, host)) {
        const unsigned code = mysql_errno(mysql);
        const std::string message = mysql_error(mysql);
        mysql_close(mysql);
        if (is_connection_error(code)) throw DatabaseUnavailable(code, message);
        throw DatabaseError(code, message);
    }
}

Connection::~Connection() {
    implementation_->statements.clear();
    mysql_close(&implementation_->mysql);
}

void Connection::fail(unsigned code, const char* message) {
    const std::string text = code == 0 ? "the connection broke off" : message;
    if (code == 0 || is_connection_error(code)) {
        // The server that gave up a statement answers others: they must not be refused for it.
        broken_ = broken_ || code != too_slow;
        throw DatabaseUnavailable(code, text);
    }
    throw DatabaseError(code, text);
}

void Connection::use() {
    last_used_ = std::chrono::steady_clock::now();
}

/// Statements built at run time (filters, lists of ids) must not pile up on the server. Most of them are
/// never seen again, and must not push out those that are.
void Connection::Implementation::make_room() {
    const auto is_single = [](const auto& entry) { return entry.second->uses == 1; };
    if (std::count_if(statements.begin(), statements.end(), is_single) >= most_single_statements)
        std::erase_if(statements, is_single);
    if (statements.size() >= most_statements) statements.clear();
}

Connection::Statement& Connection::prepare(std::string_view sql) {
    use();
    auto& statements = implementation_->statements;
    if (const auto found = statements.find(sql); found != statements.end()) {
        ++found->second->uses;
        return *found->second;
    }
    auto statement = std::make_unique<Statement>();
    statement->handle = mysql_stmt_init(&implementation_->mysql);
    if (mysql_stmt_prepare(statement->handle, sql.data(), sql.size()) != 0) {
        fail(mysql_stmt_errno(statement->handle), mysql_stmt_error(statement->handle));
    }
    statement->make_cells();
    implementation_->make_room();
    return *statements.emplace(std::string(sql), std::move(statement)).first->second;
}

Connection::Statement& Connection::prepare_and_execute(std::string_view sql, std::vector<Value>& parameters) {
    Statement& statement = prepare(sql);
    if (mysql_stmt_param_count(statement.handle) != parameters.size()) {
        throw std::logic_error(fmt::format("{} parameters for: {}", parameters.size(), sql));
    }
    // A handle remembers the array size of an earlier bulk run.
    const unsigned single = 0;
    mysql_stmt_attr_set(statement.handle, STMT_ATTR_ARRAY_SIZE, &single);
    std::vector<MYSQL_BIND> binds(parameters.size(), MYSQL_BIND{});
    for (std::size_t i = 0; i < parameters.size(); ++i)
        bind_value(binds[i], parameters[i]);
    if ((!binds.empty() && mysql_stmt_bind_param(statement.handle, binds.data()) != 0) ||
        mysql_stmt_execute(statement.handle) != 0) {
        fail(mysql_stmt_errno(statement.handle), mysql_stmt_error(statement.handle));
    }
    return statement;
}

std::uint64_t Connection::run(std::string_view sql, std::vector<Value> parameters) {
    Statement& statement = prepare_and_execute(sql, parameters);
    const std::uint64_t rows = mysql_stmt_affected_rows(statement.handle);
    mysql_stmt_free_result(statement.handle);
    return rows;
}

void Connection::stream_rows(std::string_view sql, std::vector<Value> parameters, Buffering buffering,
                             const std::function<bool(const ResultRow&)>& sink) {
    Statement& statement = prepare_and_execute(sql, parameters);
    mysql_stmt_bind_result(statement.handle, statement.results.data());
    if (buffering == Buffering::whole && mysql_stmt_store_result(statement.handle) != 0) {
        fail(mysql_stmt_errno(statement.handle), mysql_stmt_error(statement.handle));
    }
    struct Release {
        MYSQL_STMT* handle;
        ~Release() { mysql_stmt_free_result(handle); }
    } release{statement.handle};
    for (;;) {
        const int status = mysql_stmt_fetch(statement.handle);
        if (status == MYSQL_NO_DATA) return;
        if (status == MYSQL_DATA_TRUNCATED) {
            statement.fetch_truncated();
        } else if (status != 0) {
            fail(mysql_stmt_errno(statement.handle), mysql_stmt_error(statement.handle));
        }
        if (sink(statement)) continue;
        // Reading what is left could take as long as all of it.
        if (buffering == Buffering::none) {
            give_up();
            shut_down();
        }
        return;
    }
}

/// What surely fits into a packet that the server takes (`max_allowed_packet`; 1 MiB on some shared hosts).
std::size_t Connection::bulk_limit() {
    std::size_t& limit = implementation_->bulk_limit;
    if (limit == 0) {
        const auto packet = select_one<std::int64_t>("SELECT @@max_allowed_packet").value_or(0);
        limit = std::clamp(static_cast<std::size_t>(packet) / 2, least_bulk_bytes, bulk_bytes);
    }
    return limit;
}

void Connection::run_bulk(std::string_view sql, Columns& columns, std::size_t rows) {
    const std::size_t limit = bulk_limit();
    Statement& statement = prepare(sql);
    if (mysql_stmt_param_count(statement.handle) != columns.size()) {
        throw std::logic_error(fmt::format("{} columns for: {}", columns.size(), sql));
    }
    for (std::size_t first = 0; first < rows;) {
        const std::size_t count = rows_that_fit(columns, first, rows, limit);
        const unsigned size = static_cast<unsigned>(count);
        mysql_stmt_attr_set(statement.handle, STMT_ATTR_ARRAY_SIZE, &size);
        BulkBinding binding(columns, first, count);
        if (mysql_stmt_bind_param(statement.handle, binding.binds()) != 0 ||
            mysql_stmt_execute(statement.handle) != 0) {
            fail(mysql_stmt_errno(statement.handle), mysql_stmt_error(statement.handle));
        }
        mysql_stmt_free_result(statement.handle);
        first += count;
    }
}

void Connection::run_script(std::string_view sql) {
    use();
    MYSQL* mysql = &implementation_->mysql;
    if (mysql_real_query(mysql, sql.data(), sql.size()) != 0) fail(mysql_errno(mysql), mysql_error(mysql));
    for (;;) {
        if (MYSQL_RES* result = mysql_store_result(mysql)) mysql_free_result(result);
        const int next = mysql_next_result(mysql);
        if (next < 0) return;
        if (next > 0) fail(mysql_errno(mysql), mysql_error(mysql));
    }
}

std::uint64_t Connection::last_insert_id() const {
    return mysql_insert_id(&implementation_->mysql);
}

void Connection::shut_down() {
    ::shutdown(mysql_get_socket(&implementation_->mysql), SHUT_RDWR);
}

bool Connection::ping() {
    use();
    return mysql_ping(&implementation_->mysql) == 0;
}

}  // namespace silaware::storage
