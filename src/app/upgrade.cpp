#include "app/upgrade.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/recompute_progress.hpp"
#include "core/text.hpp"
#include "ingest/recompute.hpp"
#include "storage/migrations.hpp"
#include "storage/server_lock.hpp"
#include "storage/upgrade.hpp"
#include "storage/upgrade_accounts.hpp"
#include "storage/upgrade_check.hpp"

namespace silaware::app {

namespace {

void say(const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
}

/// One line on a terminal that is written over and over.
class ProgressLine {
  public:
    void show(const std::string& text) {
        if (isatty(STDOUT_FILENO) != 1) return;
        fmt::print("\r\x1b[K{}", text);
        std::fflush(stdout);
        shown_ = true;
    }
    ~ProgressLine() {
        if (shown_) fmt::print("\r\x1b[K");
    }

  private:
    bool shown_ = false;
};

storage::DatabaseOptions patient_options(const Settings& settings) {
    storage::DatabaseOptions options = database_options(settings);
    options.io_timeout = std::chrono::hours(24);  // an ALTER of a large table takes its time
    return options;
}

/// The way from an older system's database to ours.
class Upgrade {
  public:
    Upgrade(storage::Database& database, const Settings& settings, std::stop_token stop)
        : database_(database), settings_(settings), stop_(std::move(stop)) {}

    /// Before anything is changed. False if something is in the way.
    bool check() {
        const auto connection = database_.acquire();
        if (storage::schema_version(*connection) > 0 || storage::upgrade_unfinished(*connection)) return true;
        const std::vector<std::string> obstacles = storage::upgrade_obstacles(*connection);
        for (const std::string& obstacle : obstacles)
            fmt::print(stderr, "silaware: {}\n", obstacle);
        return obstacles.empty();
    }

    /// Before the migrations. False if it was stopped.
    bool copy_tables() {
        say("upgrading the older system's tables; nothing else may write to them meanwhile");
        storage::begin_upgrade(*database_.acquire());
        std::vector<std::string> notes;
        ProgressLine line;
        const bool done = storage::copy_older_tables(
            database_, site_zone(settings_),
            [&](const storage::UpgradeProgress& progress) {
                line.show(
                    fmt::format("{}: row {} of {}", progress.table, progress.done_id, progress.last_id));
                return !stop_.stop_requested();
            },
            notes);
        for (const std::string& note : notes)
            say(note);
        return done;
    }

    /// Bare rows of the older system, of one that shared the database, or of PASSWORD_STORAGE=sha256.
    void wrap_passwords() {
        if (core::lower_ascii(settings_["PASSWORD_STORAGE"]) == "sha256") return;
        ProgressLine line;
        tell(storage::wrap_bare_passwords(database_, [&](std::int64_t done, std::int64_t total) {
            line.show(fmt::format("stretching password {} of {}", done, total));
        }));
    }

    /// Of rows that another program put in.
    void fill_keys() {
        tell(storage::fill_account_keys(database_));
        tell(storage::fill_device_keys(database_));
    }

    /// After the migrations. False if it was stopped.
    bool finish() {
        fill_keys();
        wrap_passwords();
        if (stop_.stop_requested() || !build_rollups()) return false;
        storage::take_over_notifications(*database_.acquire());
        storage::end_upgrade(*database_.acquire());
        return true;
    }

  private:
    static void tell(const storage::UpgradeNotes& notes) {
        for (const std::string& problem : notes.problems)
            say(problem);
    }

    bool build_rollups() {
        say("building roll-ups and run times from the rows");
        const ingest::Options rules = ingest_options(settings_);
        RecomputeTerminal terminal;
        ingest::Recompute recompute(database_, rules, {.cycles = ingest::CycleSource::rows},
                                    terminal.listener());
        const ingest::RecomputeResult result = recompute.run(stop_);
        terminal.end(result);
        return result.finished;
    }

    storage::Database& database_;
    const Settings& settings_;
    std::stop_token stop_;
};

int run_migrations(storage::Database& database) {
    const auto migrated =
        storage::migrate(*database.acquire(), [](const std::string& step) { say("migrating: " + step); });
    if (migrated) return Exit::ok;
    return complain(migrated.error());
}

int migrate_current(storage::Database& database, const Settings& settings, std::stop_token stop) {
    const int result = run_migrations(database);
    if (result != Exit::ok) return result;
    Upgrade upgrade(database, settings, std::move(stop));
    upgrade.fill_keys();
    upgrade.wrap_passwords();
    return result;
}

int upgrade_older(storage::Database& database, const Settings& settings, std::stop_token stop) {
    const storage::Database::Lease connection = database.acquire();
    const storage::ServerLock lock(*connection, "upgrade", std::chrono::seconds(0));
    if (!lock.held()) {
        fmt::print(stderr, "silaware: another process is upgrading this database: wait until it is done\n");
        return Exit::failed;
    }
    Upgrade upgrade(database, settings, std::move(stop));
    const bool clear = upgrade.check();
    const bool done =
        clear && upgrade.copy_tables() && run_migrations(database) == Exit::ok && upgrade.finish();
    if (!clear) {
        fmt::print(stderr,
                   "silaware: nothing was changed; run \"silaware migrate\" again when that is done\n");
    } else if (!done) {
        fmt::print(stderr, "silaware: the upgrade is not finished: run \"silaware migrate\" again\n");
    }
    return done ? Exit::ok : Exit::failed;
}

}  // namespace

int migrate_database(const Settings& settings, std::stop_token stop) {
    const storage::DatabaseOptions options = patient_options(settings);
    if (storage::create_database_if_missing(options)) say("created the database " + options.name);
    storage::Database database(options);
    const int result = storage::needs_upgrade(*database.acquire())
                           ? upgrade_older(database, settings, std::move(stop))
                           : migrate_current(database, settings, std::move(stop));
    if (result == Exit::ok)
        say(fmt::format("the database {} is at schema {}", options.name, storage::newest_schema_version()));
    return result;
}

int describe_migration(const Settings& settings) {
    const storage::DatabaseOptions options = patient_options(settings);
    if (!storage::database_exists(options)) {
        say("would create the database " + options.name);
        for (const auto& migration : storage::embedded_migrations())
            say(fmt::format("would run {}", migration.name));
        return Exit::ok;
    }
    storage::Database database(options);
    const auto connection = database.acquire();
    if (const auto known = storage::require_known_schema(*connection); !known) return complain(known.error());
    const bool older = storage::needs_upgrade(*connection);
    const auto pending = storage::pending_migrations(*connection);
    if (older && storage::schema_version(*connection) == 0) {
        for (const std::string& obstacle : storage::upgrade_obstacles(*connection))
            say("in the way: " + obstacle);
        for (const std::string& line : storage::describe_upgrade(*connection))
            say(line);
    }
    for (const auto& migration : pending)
        say(fmt::format("would run {}", migration.name));
    if (older) {
        say("would compare accounts and devices by one spelling, stretch bare passwords and build roll-ups "
            "and "
            "run times from the rows");
    }
    if (pending.empty() && !older)
        say(fmt::format("nothing to do: schema {}", storage::newest_schema_version()));
    return Exit::ok;
}

}  // namespace silaware::app
