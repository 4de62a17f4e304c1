#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.hpp"

namespace CLI {
class App;
}

namespace silaware::storage {
class DatabaseError;
}

namespace silaware::app {

/// Exit codes of every command.
enum Exit : int { ok = 0, failed = 1, usage = 2 };

/// Says the error, or those of its fields, on stderr. Returns `failed`.
int complain(const core::Error& error);

/// What the server said, and the command that helps where it has no such database yet.
std::string describe(const storage::DatabaseError& error);

struct ServeOptions {
    std::string host = "127.0.0.1";
    std::optional<unsigned> port = {};  ///< unset: the environment's PORT, else 8080
    std::string socket = {};
    bool passenger = false;
    bool until_stdin_ends = false;
};

struct UpOptions {
    bool demo = false;
    std::string host = "127.0.0.1";
    unsigned port = 8080;
    std::string mqtt_listen = "127.0.0.1";
};

struct AccountOptions {
    std::string name;
    std::string email;
    std::string role;
};

struct BrokerCredentialsOptions {
    std::string folder = ".";
    std::vector<std::string> renew = {};  ///< devices or user names that get a new password
};

struct RecomputeOptions {
    std::string from = {};
    std::string to = {};
};

struct SimulateOptions {
    int devices = 10;
    double rate = 10;     ///< messages a second, all devices together
    double seconds = 10;  ///< 0: until stopped
    bool demo = false;    ///< the devices of --demo
};

// Each answers the exit code. They throw storage::DatabaseError, which main turns into a line and exit
// code 1.
int run_up(Settings& settings, const UpOptions& options);
int run_serve(const Settings& settings, const ServeOptions& options);
int run_ingest(const Settings& settings);
int run_migrate(const Settings& settings, bool dry_run);
int run_account_create(const Settings& settings, const AccountOptions& options);
int run_account_reset_password(const Settings& settings, const AccountOptions& options);
int run_backup(const Settings& settings, const std::string& file);
int run_restore(const Settings& settings, const std::string& file, bool force);
int run_broker_credentials(const Settings& settings, const BrokerCredentialsOptions& options);
int run_purge(const Settings& settings);
int run_recompute(const Settings& settings, const RecomputeOptions& options);
int run_simulate(const Settings& settings, const SimulateOptions& options);
int run_check(const Settings& settings);
int run_config(const Settings& settings);

}  // namespace silaware::app
