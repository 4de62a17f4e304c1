#include "app/database_client.hpp"

#include <fmt/format.h>

#include "app/child_process.hpp"
#include "storage/host_address.hpp"

namespace silaware::app {

namespace {

std::string host_that_answers(const storage::DatabaseOptions& options) {
    for (std::size_t i = 0;; ++i) {
        try {
            storage::Connection(options, options.hosts.at(i));
            return options.hosts.at(i);
        } catch (const storage::DatabaseUnavailable&) {
            if (i + 1 >= options.hosts.size()) throw;
        }
    }
}

}  // namespace

core::Result<DatabaseClient> database_client(const storage::DatabaseOptions& options,
                                             const std::vector<std::string>& names) {
    DatabaseClient client;
    for (const std::string& name : names) {
        if (const auto found = find_program(name); found && client.arguments.empty())
            client.arguments.push_back(found->string());
    }
    if (client.arguments.empty()) {
        return core::fail(
            core::ErrorCode::unavailable,
            fmt::format("{} is not installed: install the package mariadb-client", names.front()));
    }
    auto& arguments = client.arguments;
    arguments.insert(arguments.end(), {"--no-defaults", "--default-character-set=utf8mb4",
                                       "--max-allowed-packet=64M", "--user=" + options.user});
    if (!options.socket.empty()) {
        arguments.push_back("--socket=" + options.socket);
    } else {
        const auto address = storage::split_host(host_that_answers(options), options.port);
        arguments.insert(arguments.end(),
                         {"--host=" + address.host, "--port=" + std::to_string(address.port)});
    }
    if (!options.tls_ca.empty())
        arguments.insert(arguments.end(), {"--ssl-ca=" + options.tls_ca, "--ssl-verify-server-cert"});
    client.environment["MYSQL_PWD"] = options.password;
    return client;
}

}  // namespace silaware::app
