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

/// One consistent moment of the whole database: a transaction's snapshot, without holding anybody up.
core::Result<std::size_t> dump_to(GzipWriter& writer, const storage::DatabaseOptions& options) {
    auto client = database_client(options, {"mariadb-dump", "mysqldump"});
    if (!client) return core::fail(client.error());
    client->arguments.insert(client->arguments.end(),
                             {"--single-transaction", "--quick", "--skip-lock-tables", "--hex-blob",
                              "--no-tablespaces", options.name});
    PipedProgram dump(client->arguments, client->environment, PipedProgram::Direction::we_read);
    BackupProgress progress;
    std::array<char, 256 * 1024> buffer;
    while (const std::size_t count = dump.read(buffer)) {
        writer.write({buffer.data(), count});
        progress.add(count);
    }
    progress.end();
    if (const int status = dump.finish(); status != 0) {
        return core::fail(core::ErrorCode::unavailable,
                          fmt::format("{} ended with exit status {}", client->arguments.front(), status));
    }
    return progress.bytes();
}

}  // namespace

int run_backup(const Settings& settings, const std::string& file) {
    const storage::DatabaseOptions options = database_options(settings);
    storage::Database database(options);
    const int schema = storage::schema_version(*database.acquire());
    const PartialFile partial(file);
    GzipWriter writer(partial.path());
    writer.write(head_of(settings, schema).text());
    const auto bytes = dump_to(writer, options);
    if (!bytes) return complain(bytes.error());
    writer.write("\n");
    writer.write(backup_end);
    writer.close();
    fs::rename(partial.path(), file);
    fmt::print("{}: {:.1f} MB of SQL in {:.1f} MB, schema {}\n", file, static_cast<double>(*bytes) / 1e6,
               static_cast<double>(fs::file_size(file)) / 1e6, schema);
    return Exit::ok;
}

}  // namespace silaware::app
