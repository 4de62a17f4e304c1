#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>

#include "app/backup_file.hpp"
#include "app/commands.hpp"
#include "app/database_client.hpp"
#include "app/environment.hpp"
#include "app/gzip_file.hpp"
#include "app/piped_program.hpp"
#include "app/private_file.hpp"
#include "core/clock.hpp"
#include "storage/migrations.hpp"
#include "storage/whole_database.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds ingest_is_alive{5};

core::Result<void> make_room(const storage::DatabaseOptions& options, bool force) {
    storage::create_database_if_missing(options);
    storage::Database database(options);
    const auto connection = database.acquire();
    const auto tables = storage::table_count(*connection);
    if (tables == 0) return {};
    if (!force) {
        return core::fail(core::ErrorCode::conflict,
                          fmt::format("the database {} is not empty ({} tables): --force replaces all of it",
                                      options.name, tables));
    }
    const auto newest = storage::newest_ingest_ms(*connection);
    if (newest && core::clock_now() - core::from_epoch_ms(*newest) < ingest_is_alive) {
        return core::fail(core::ErrorCode::conflict,
                          "an ingest process is writing to this database: stop it first, then try again");
    }
    storage::drop_all_tables(*connection);
    return {};
}

core::Result<void> load(const fs::path& file, const storage::DatabaseOptions& options) {
    auto client = database_client(options, {"mariadb", "mysql"});
    if (!client) return core::fail(client.error());
    client->arguments.push_back(options.name);
    PipedProgram sink(client->arguments, client->environment, PipedProgram::Direction::we_write);
    GzipReader reader(file);
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    std::array<char, 256 * 1024> buffer;
    double megabytes = 0;
    bool takes_more = true;
    while (takes_more) {
        const std::size_t count = reader.read(buffer);
        if (count == 0) break;
        takes_more = sink.write({buffer.data(), count});
        megabytes += static_cast<double>(count) / 1e6;
        if (terminal) fmt::print("\r{:.0f} MB", megabytes);
    }
    if (terminal) fmt::print("\r");
    if (const int status = sink.finish(); status != 0) {
        return core::fail(core::ErrorCode::unavailable,
                          fmt::format("{} ended with exit status {}: the database is now incomplete; restore "
                                      "again with --force",
                                      client->arguments.front(), status));
    }
    return {};
}

/// So that sessions and tokens of the backed-up system stay valid. A key that is there already is kept
/// beside.
void restore_secret_key(const Settings& settings, const std::string& key) {
    if (key.empty() || settings.is_set("SECRET_KEY")) return;
    const fs::path file = home_folder(settings) / "secret_key";
    if (fs::exists(file) && fs::file_size(file) > 0) {
        if (secret_key(settings) == key) return;
        fs::rename(file, file.string() + ".before-restore");
    }
    write_private_file(file, key);
}

}  // namespace

int run_restore(const Settings& settings, const std::string& file, bool force) {
    signal(SIGPIPE, SIG_IGN);
    const auto head = check_backup(file);
    if (!head) return complain(head.error());
    if (head->schema > storage::newest_schema_version()) {
        return complain(
            {core::ErrorCode::conflict,
             fmt::format("{} was made at schema {} by silaware {}, this one knows only {}: install that "
                         "version or a newer one",
                         file, head->schema, head->version, storage::newest_schema_version()),
             {}});
    }
    const storage::DatabaseOptions options = database_options(settings);
    if (const auto room = make_room(options, force); !room) return complain(room.error());
    if (const auto loaded = load(file, options); !loaded) return complain(loaded.error());
    restore_secret_key(settings, head->secret_key);
    fmt::print("{} of {} UTC is in the database {}\n", file, head->made_at, options.name);
    if (head->schema < storage::newest_schema_version())
        fmt::print("it is of schema {}: run \"silaware migrate\"\n", head->schema);
    return Exit::ok;
}

}  // namespace silaware::app
