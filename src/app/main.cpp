#include <cstdio>
#include <exception>
#include <vector>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/private_servers.hpp"
#include "core/text.hpp"

namespace {

using namespace silaware::app;  // NOLINT: this file only joins the commands together

struct CommandLine {
    Settings settings;
    ServeOptions serve;
    UpOptions up;
    AccountOptions account;
    RecomputeOptions recompute;
    SimulateOptions simulate;
    bool dry_run = false;
    std::string backup_file;
    BrokerCredentialsOptions credentials;
    bool force = false;
    std::function<int()> chosen;
};

CLI::App* add(CLI::App& app, const std::string& name, const std::string& description, CommandLine& line,
              std::function<int()> run) {
    CLI::App* command = app.add_subcommand(name, description);
    command->fallthrough();
    command->callback([&line, run = std::move(run)] { line.chosen = run; });
    return command;
}

void add_up(CLI::App& app, CommandLine& line) {
    auto* up = add(app, "up", "run the whole system on this machine: database, broker, portal and ingest",
                   line, [&line] { return run_up(line.settings, line.up); });
    up->add_flag("--demo", line.up.demo, "add simulated devices: four months of history, then live data");
    up->add_option("--host", line.up.host, "address the portal listens on")->capture_default_str();
    up->add_option("--port", line.up.port, "port of the portal")
        ->capture_default_str()
        ->check(CLI::Range(0, 65535));
    up->add_option("--mqtt-listen", line.up.mqtt_listen, "address the private broker listens on")
        ->capture_default_str();
}

void add_serve(CLI::App& app, CommandLine& line) {
    auto* serve = add(app, "serve", "run the portal alone", line,
                      [&line] { return run_serve(line.settings, line.serve); });
    serve->add_option("--host", line.serve.host, "address to listen on")->capture_default_str();
    serve
        ->add_option("--port", line.serve.port,
                     "port to listen on; unset: PORT of the environment, else 8080")
        ->check(CLI::Range(0, 65535));
    serve->add_option("--socket", line.serve.socket, "Unix socket to listen on instead");
    serve->add_flag("--passenger", line.serve.passenger, "speak Phusion Passenger's spawn protocol");
    serve->add_flag("--until-stdin-ends", line.serve.until_stdin_ends,
                    "stop when standard input ends, as it does when the process that started it is gone");
}

void add_account(CLI::App& app, CommandLine& line) {
    CLI::App* account = app.add_subcommand("account", "create an account or reset a password");
    account->require_subcommand(1)->fallthrough();
    auto* create = add(*account, "create",
                       "create an account; the password comes from stdin or is made and printed once", line,
                       [&line] { return run_account_create(line.settings, line.account); });
    create->add_option("name", line.account.name, "3 to 64 letters and digits")->required();
    create->add_option("--email", line.account.email, "mail address")->required();
    create->add_option("--role", line.account.role, "admin or user")
        ->required()
        ->check(CLI::IsMember({"admin", "user"}));
    auto* reset = add(*account, "reset-password", "set a new password; from stdin, or made and printed once",
                      line, [&line] { return run_account_reset_password(line.settings, line.account); });
    reset->add_option("name", line.account.name, "the account")->required();
}

void add_backup(CLI::App& app, CommandLine& line) {
    auto* backup = add(app, "backup", "write the whole database and the secret key to a file, compressed",
                       line, [&line] { return run_backup(line.settings, line.backup_file); });
    backup->add_option("file", line.backup_file, "the file to write, for example silaware.sql.gz")
        ->required();
    auto* restore = add(app, "restore", "check a backup and load it into an empty database", line,
                        [&line] { return run_restore(line.settings, line.backup_file, line.force); });
    restore->add_option("file", line.backup_file, "the file to read")->required()->check(CLI::ExistingFile);
    restore->add_flag("--force", line.force, "replace everything that the database holds");
}

void add_broker_credentials(CLI::App& app, CommandLine& line) {
    auto* credentials =
        add(app, "broker-credentials",
            "write mosquitto's password file and ACL, a user for each registered device; prints new "
            "passwords once",
            line, [&line] { return run_broker_credentials(line.settings, line.credentials); });
    credentials->add_option("--folder", line.credentials.folder, "where silaware.passwd and silaware.acl go")
        ->capture_default_str();
    credentials->add_option("--renew", line.credentials.renew,
                            "a device or user that gets a new password; repeatable");
}

/// NaN is in every range.
CLI::Validator a_number() {
    return CLI::Validator(
        [](const std::string& text) {
            const bool is_number = silaware::core::parse_number(text).has_value();
            return is_number ? std::string() : text + " is not a number";
        },
        "", "number");
}

void add_simulate(CLI::App& app, CommandLine& line) {
    auto* simulate = add(app, "simulate", "publish telemetry as devices do", line,
                         [&line] { return run_simulate(line.settings, line.simulate); });
    simulate->add_option("--devices", line.simulate.devices, "number of devices")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    simulate->add_option("--rate", line.simulate.rate, "messages a second, all devices together")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1e6) & a_number());
    simulate->add_option("--seconds", line.simulate.seconds, "how long; 0: until Ctrl-C")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    simulate->add_flag("--demo", line.simulate.demo, "the devices of \"silaware up --demo\"");
}

void declare(CLI::App& app, CommandLine& line) {
    app.require_subcommand(1);
    app.set_version_flag("--version", "silaware " + version());
    app.footer(
        "Every setting that \"silaware config\" lists is an option, an environment variable (--db-host is "
        "DB_HOST)\nand a line of the --config file (db-host = …); the option beats the environment, the "
        "environment the file.\n\n"
        "  silaware up --demo                      the whole system with simulated devices\n"
        "  silaware serve --config /etc/silaware/silaware.conf\n"
        "  silaware COMMAND --help                 the options of a command\n\n"
        "The first start of up makes the account admin and prints its password; ADMIN_PASSWORD in the "
        "environment sets it.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage or setting.");
    line.settings.declare(app);
    add_up(app, line);
    add_serve(app, line);
    add(app, "ingest", "run the MQTT listeners alone", line, [&line] { return run_ingest(line.settings); });
    auto* migrate = add(app, "migrate", "create or upgrade the database", line,
                        [&line] { return run_migrate(line.settings, line.dry_run); });
    migrate->add_flag("--dry-run", line.dry_run, "only say what would be done");
    add_account(app, line);
    add_backup(app, line);
    add_broker_credentials(app, line);
    add(app, "purge", "delete the rows older than the retention now", line,
        [&line] { return run_purge(line.settings); });
    auto* recompute = add(app, "recompute", "rebuild what is derived from the raw rows, and say what changed",
                          line, [&line] { return run_recompute(line.settings, line.recompute); });
    recompute->add_option("--from", line.recompute.from,
                          "first day to rewrite, YYYY-MM-DD; all rows are read all the same");
    recompute->add_option(
        "--to", line.recompute.to,
        "last day to rewrite, YYYY-MM-DD; if less than two days of readings follow, they are rebuilt, too");
    add_simulate(app, line);
    add(app, "check", "try database, broker, mail server, clock and disk", line,
        [&line] { return run_check(line.settings); });
    add(app, "config", "print the effective configuration with its sources", line,
        [&line] { return run_config(line.settings); });
}

void set_up_log(const Settings& settings) {
    auto logger = spdlog::stderr_color_mt("silaware");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    logger->set_level(spdlog::level::from_str(silaware::core::lower_ascii(settings["LOG_LEVEL"])));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

int run(int argc, char** argv) {
    CLI::App app("silaware: utility and power monitoring for hospitals, factories and buildings", "silaware");
    CommandLine line;
    declare(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        const auto words = app.remaining();
        if (words.empty() || words.front().starts_with('-')) {
            app.exit(error);
        } else {
            fmt::print(stderr, "silaware: there is no command \"{}\"; silaware --help lists them\n",
                       words.front());
        }
        return Exit::usage;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? Exit::ok : Exit::usage;
    }
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (const auto resolved = line.settings.resolve(app, arguments); !resolved) {
        fmt::print(stderr, "silaware: {}\n", resolved.error().message);
        return Exit::usage;
    }
    if (!app.got_subcommand("up")) adopt_private_database(line.settings);
    set_up_log(line.settings);
    return line.chosen();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const silaware::storage::DatabaseUnavailable& error) {
        fmt::print(stderr, "silaware: the database can't be reached: {}\n", error.what());
    } catch (const silaware::storage::DatabaseError& error) {
        fmt::print(stderr, "silaware: {}\n", describe(error));
    } catch (const std::exception& error) {
        fmt::print(stderr, "silaware: {}\n", error.what());
    }
    return Exit::failed;
}
