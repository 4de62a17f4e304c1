#include <mysql.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "storage/database.hpp"
#include "storage/host_address.hpp"

namespace silaware::storage {

namespace {

constexpr std::size_t inline_text = 256;             ///< bytes fetched per text column without a second call
constexpr std::size_t bulk_bytes = 4 * 1024 * 1024;  ///< half of it where the server takes less than twice
constexpr std::size_t least_bulk_bytes = 64 * 1024;
constexpr std::size_t most_statements = 256;
constexpr std::ptrdiff_t most_single_statements = 64;  ///< used once so far

bool is_connection_error(unsigned code) {
    switch (code) {
        case 1040:  // too many connections
        case 1047:  // Galera: this node is not ready for queries
        case 1053:  // shutdown in progress
        case 1077:
        case 1203:  // too many connections of this user
        case 1290:  // read-only: another server of the list may not be
        case 1836:
        case 1927:  // connection killed
        case 1969:  // longer than max_statement_time
        case 2002:
        case 2003:
        case 2005:
        case 2006:
        case 2012:
        case 2013:
        case 2026:
        case 2055:
        case 4151:  // the account is locked
            return true;
        default:
            return false;
    }
}

}  // namespace

bool DatabaseError::violates(std::string_view key) const {
    if (code_ != 1062) return false;
    const std::string_view message = what();
    return message.find(fmt::format("'{}'", key)) != std::string_view::npos ||
           message.find(fmt::format(".{}'", key)) != std::string_view::npos;
}

bool DatabaseError::is_refusal() const {
    switch (code_) {
        // Rights and accounts.
        case 1044:
        case 1045:
        case 1142:
        case 1143:
        case 1226:
        case 1227:
        case 1698:
        case 1820:
        // Disk, memory, limits.
        case 1021:
        case 1026:
        case 1030:
        case 1037:
        case 1038:
        case 1041:
        case 1114:
        // Tables that are read-only or locked.
        case 1036:
        case 1099:
        case 1205:
        case 1213:
        case 1223:
        case 1792:
        // Interrupted or slow statements.
        case 1317:
        case 3024:
            return true;
        default:
            return false;
    }
}

// Whoever made the database may refuse a value with any code (a trigger's SIGNAL, a foreign key, a check, a
// partition that is missing), so what is listed is the other kind: a server that would refuse any value.
bool DatabaseError::is_data_error() const {
    if (is_conflict() || is_refusal() || is_connection_error(code_)) return false;
    switch (code_) {
        // Rights, limits.
        case 1370:
        case 1449:
        case 1005:
        case 1197:
        case 1206:
        case 1461:
        // Tables that are locked, missing, broken or of another version.
        case 1016:
        case 1017:
        case 1033:
        case 1034:
        case 1035:
        case 1046:
        case 1049:
        case 1054:
        case 1064:
        case 1100:
        case 1136:
        case 1146:
        case 1194:
        case 1195:
        case 1364:  // a column without a default that another program added
        case 1712:
        case 1812:
        case 1813:
        case 1814:
        case 1305:
        case 1412:
        case 1615:
        case 1932:
        // Network packets, a failed commit.
        case 1105:
        case 1158:
        case 1159:
        case 1160:
        case 1161:
        case 1180:
        case 1243:
            return false;
        default:
            return code_ < 2000 || code_ >= 3000;  // 2000 to 2999 are the client library's own
    }
}

struct Connection::Implementation {
    MYSQL mysql{};
    std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements;
    std::size_t bulk_limit = 0;  ///< in bytes; 0: not asked yet

    void make_room();
};

/// A prepared statement and the buffers of its result columns.
struct Connection::Statement final : ResultRow {
    struct Cell {
        std::int64_t integer = 0;
        double real = 0;
        std::string text;
        unsigned long length = 0;
        my_bool null = 0;
        enum class Kind { integer, real, text } kind = Kind::text;
    };

    MYSQL_STMT* handle = nullptr;
    std::int64_t uses = 1;
    std::vector<Cell> cells;
    std::vector<MYSQL_BIND> results;

    ~Statement() override {
        if (handle != nullptr) mysql_stmt_close(handle);
    }

    bool is_null(std::size_t column) const override { return cells.at(column).null != 0; }
    std::int64_t integer(std::size_t column) const override {
        const Cell& cell = cells.at(column);
        if (cell.null) return 0;
        if (cell.kind == Cell::Kind::integer) return cell.integer;
        if (cell.kind == Cell::Kind::real) return static_cast<std::int64_t>(cell.real);
        return std::strtoll(cell.text.c_str(), nullptr, 10);
    }
    double real(std::size_t column) const override {
        const Cell& cell = cells.at(column);
        if (cell.null) return 0;
        if (cell.kind == Cell::Kind::real) return cell.real;
        if (cell.kind == Cell::Kind::integer) return static_cast<double>(cell.integer);
        return std::strtod(cell.text.c_str(), nullptr);
    }
    std::string_view text(std::size_t column) const override {
        const Cell& cell = cells.at(column);
        return cell.null ? std::string_view() : std::string_view(cell.text.data(), cell.length);
    }

    void bind_results() {
        MYSQL_RES* meta = mysql_stmt_result_metadata(handle);
        if (meta == nullptr) return;
        const unsigned count = mysql_num_fields(meta);
        const MYSQL_FIELD* fields = mysql_fetch_fields(meta);
        cells.resize(count);
        results.assign(count, MYSQL_BIND{});
        for (unsigned i = 0; i < count; ++i)
            bind_cell(cells[i], results[i], fields[i]);
        mysql_free_result(meta);
    }

    static void bind_cell(Cell& cell, MYSQL_BIND& bind, const MYSQL_FIELD& field) {
        bind.is_null = &cell.null;
        bind.length = &cell.length;
        switch (field.type) {
            case MYSQL_TYPE_TINY:
            case MYSQL_TYPE_SHORT:
            case MYSQL_TYPE_LONG:
            case MYSQL_TYPE_INT24:
            case MYSQL_TYPE_YEAR:
            case MYSQL_TYPE_LONGLONG:
                cell.kind = Cell::Kind::integer;
                bind.buffer_type = MYSQL_TYPE_LONGLONG;
                bind.buffer = &cell.integer;
                break;
            case MYSQL_TYPE_FLOAT:
            case MYSQL_TYPE_DOUBLE:
                cell.kind = Cell::Kind::real;
                bind.buffer_type = MYSQL_TYPE_DOUBLE;
                bind.buffer = &cell.real;
                break;
            default:
                cell.kind = Cell::Kind::text;
                cell.text.resize(inline_text);
                bind.buffer_type = MYSQL_TYPE_STRING;
                bind.buffer = cell.text.data();
                bind.buffer_length = cell.text.size();
        }
    }

    /// Fetches again the texts that did not fit their buffers, which grow for the rows to come.
    void fetch_truncated() {
        for (unsigned i = 0; i < cells.size(); ++i) {
            Cell& cell = cells[i];
            if (cell.kind != Cell::Kind::text || cell.null || cell.length <= cell.text.size()) continue;
            cell.text.resize(cell.length);
            results[i].buffer = cell.text.data();
            results[i].buffer_length = cell.text.size();
            mysql_stmt_fetch_column(handle, &results[i], i, 0);
        }
        mysql_stmt_bind_result(handle, results.data());
    }
};

namespace {

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
        broken_ = true;
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
    statement->bind_results();
    implementation_->make_room();
    return *statements.emplace(std::string(sql), std::move(statement)).first->second;
}

namespace {

void bind_value(MYSQL_BIND& bind, const Value& value) {
    const auto& held = value.get();
    if (const auto* integer = std::get_if<std::int64_t>(&held)) {
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = const_cast<std::int64_t*>(integer);
    } else if (const auto* real = std::get_if<double>(&held)) {
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = const_cast<double*>(real);
    } else if (const auto* single = std::get_if<float>(&held)) {
        bind.buffer_type = MYSQL_TYPE_FLOAT;
        bind.buffer = const_cast<float*>(single);
    } else if (const auto* text = std::get_if<std::string_view>(&held)) {
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = const_cast<char*>(text->data());
        bind.buffer_length = text->size();
    } else {
        bind.buffer_type = MYSQL_TYPE_NULL;
    }
}

}  // namespace

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

namespace {

std::size_t bytes_of(const Columns& columns, std::size_t row) {
    std::size_t bytes = 0;
    for (const Column& column : columns)
        bytes += column.kind == Column::Kind::text ? column.lengths[row] + 10 : 12;
    return bytes;
}

MYSQL_TIME civil_time(std::int64_t ms) {
    const auto at = core::from_epoch_ms(ms);
    const auto day = date::floor<date::days>(at);
    const date::year_month_day ymd{day};
    const date::hh_mm_ss clock{at - day};
    MYSQL_TIME time{};
    time.year = static_cast<unsigned>(static_cast<int>(ymd.year()));
    time.month = static_cast<unsigned>(ymd.month());
    time.day = static_cast<unsigned>(ymd.day());
    time.hour = static_cast<unsigned>(clock.hours().count());
    time.minute = static_cast<unsigned>(clock.minutes().count());
    time.second = static_cast<unsigned>(clock.seconds().count());
    time.second_part = static_cast<unsigned long>(clock.subseconds().count()) * 1000;
    time.time_type = MYSQL_TIMESTAMP_DATETIME;
    return time;
}

/// The times of a column as Connector/C wants them: an array of pointers, other than for numbers. Empty for
/// other columns.
class Times {
  public:
    Times(const Column& column, std::size_t first, std::size_t last) {
        if (column.kind != Column::Kind::time) return;
        times_.reserve(last - first);
        pointers_.reserve(last - first);
        for (std::size_t row = first; row < last; ++row)
            times_.push_back(civil_time(column.integers[row]));
        for (MYSQL_TIME& time : times_)
            pointers_.push_back(&time);
    }
    MYSQL_TIME** pointers() { return pointers_.data(); }

  private:
    std::vector<MYSQL_TIME> times_;
    std::vector<MYSQL_TIME*> pointers_;
};

void bind_column(MYSQL_BIND& bind, Column& column, std::size_t first, Times& times) {
    bind.u.indicator = column.indicators.data() + first;
    switch (column.kind) {
        case Column::Kind::integer:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = column.integers.data() + first;
            break;
        case Column::Kind::real:
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = column.reals.data() + first;
            break;
        case Column::Kind::single:
            bind.buffer_type = MYSQL_TYPE_FLOAT;
            bind.buffer = column.singles.data() + first;
            break;
        case Column::Kind::text:
            bind.buffer_type = MYSQL_TYPE_STRING;
            bind.buffer = column.texts.data() + first;
            bind.length = column.lengths.data() + first;
            break;
        case Column::Kind::time:
            bind.buffer_type = MYSQL_TYPE_DATETIME;
            bind.buffer = times.pointers();
    }
}

}  // namespace

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
        std::size_t last = first;
        for (std::size_t bytes = 0; last < rows && (last == first || bytes < limit); ++last) {
            bytes += bytes_of(columns, last);
        }
        const unsigned count = static_cast<unsigned>(last - first);
        mysql_stmt_attr_set(statement.handle, STMT_ATTR_ARRAY_SIZE, &count);
        std::vector<MYSQL_BIND> binds(columns.size(), MYSQL_BIND{});
        std::vector<Times> times;
        times.reserve(columns.size());
        for (const Column& column : columns)
            times.emplace_back(column, first, last);
        for (std::size_t i = 0; i < columns.size(); ++i)
            bind_column(binds[i], columns[i], first, times[i]);
        if (mysql_stmt_bind_param(statement.handle, binds.data()) != 0 ||
            mysql_stmt_execute(statement.handle) != 0) {
            fail(mysql_stmt_errno(statement.handle), mysql_stmt_error(statement.handle));
        }
        mysql_stmt_free_result(statement.handle);
        first = last;
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
