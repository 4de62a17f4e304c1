#include <unistd.h>

#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "app/backup_file.hpp"
#include "app/commands.hpp"
#include "app/database_client.hpp"
#include "app/environment.hpp"
#include "app/gzip_file.hpp"
#include "app/piped_program.hpp"
#include "core/clock.hpp"
#include "storage/migrations.hpp"
#include "storage/rows_as_sql.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

class BackupProgress {
  public:
    void add(std::size_t bytes) {
        bytes_ += bytes;
        if (!terminal_ || bytes_ < next_) return;
        next_ = bytes_ + 8'000'000;
        fmt::print("\r{:.0f} MB", static_cast<double>(bytes_) / 1e6);
        std::fflush(stdout);
    }
    void end() const {
        if (terminal_) fmt::print("\r");
    }
    std::size_t bytes() const { return bytes_; }

  private:
    bool terminal_ = isatty(STDOUT_FILENO) == 1;
    std::size_t bytes_ = 0;
    std::size_t next_ = 0;
};

/// The backup under another name until it is whole, so that a failed one replaces no good one.
class PartialFile {
  public:
    explicit PartialFile(const std::string& file) : path_(file + ".part") {}
    ~PartialFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

BackupHead head_of(const Settings& settings, int schema) {
    return {.schema = schema,
            .version = version(),
            .made_at = core::format_utc(core::clock_now()),
            .secret_key = settings.is_set("SECRET_KEY") ? "" : secret_key(settings)};
}

using Sink = std::function<void(std::string_view)>;

/// What MariaDB's own program says of the database with `arguments`.
core::Result<void> dump_structure(const storage::DatabaseOptions& options,
                                  const std::vector<std::string>& arguments, const Sink& sink) {
    auto client = database_client(options, {"mariadb-dump", "mysqldump"});
    if (!client) return core::fail(client.error());
    client->arguments.insert(client->arguments.end(),
                             {"--single-transaction", "--skip-lock-tables", "--no-tablespaces", "--no-data"});
    client->arguments.insert(client->arguments.end(), arguments.begin(), arguments.end());
    client->arguments.push_back(options.name);
    PipedProgram dump(client->arguments, client->environment, PipedProgram::Direction::we_read);
    std::array<char, 256 * 1024> buffer;
    while (const std::size_t count = dump.read(buffer))
        sink({buffer.data(), count});
    if (const int status = dump.finish(); status != 0) {
        return core::fail(core::ErrorCode::unavailable,
                          fmt::format("{} ended with exit status {}", client->arguments.front(), status));
    }
    return {};
}

/// Triggers come behind the rows, which have been through them.
core::Result<void> dump(storage::Database& database, const Sink& sink) {
    auto tables = dump_structure(database.options(), {"--skip-triggers"}, sink);
    if (!tables) return tables;
    storage::write_rows_as_sql(*database.acquire(), sink);
    return dump_structure(database.options(), {"--no-create-info", "--triggers"}, sink);
}

}  // namespace

int run_backup(const Settings& settings, const std::string& file) {
    const storage::DatabaseOptions options = database_options(settings);
    storage::Database database(options);
    const int schema = storage::schema_version(*database.acquire());
    const PartialFile partial(file);
    GzipWriter writer(partial.path());
    writer.write(head_of(settings, schema).text());
    BackupProgress progress;
    const auto dumped = dump(database, [&](std::string_view sql) {
        writer.write(sql);
        progress.add(sql.size());
    });
    progress.end();
    if (!dumped) return complain(dumped.error());
    writer.write("\n");
    writer.write(backup_end);
    writer.close();
    fs::rename(partial.path(), file);
    fmt::print("{}: {:.1f} MB of SQL in {:.1f} MB, schema {}\n", file,
               static_cast<double>(progress.bytes()) / 1e6, static_cast<double>(fs::file_size(file)) / 1e6,
               schema);
    return Exit::ok;
}

}  // namespace silaware::app
