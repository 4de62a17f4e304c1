#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/private_file.hpp"
#include "auth/broker_password.hpp"
#include "core/device_id.hpp"
#include "core/text.hpp"
#include "storage/device_store.hpp"

namespace silaware::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view ingest_user = "silaware-ingest";

/// A user name that a password file can hold: a MAC without its colons, anything else with odd characters
/// spelled out.
std::string user_name_of(const std::string& device) {
    std::string name;
    for (const char c : device) {
        if (c == ':') continue;
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
        name += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
    }
    return core::lower_ascii(name);
}

/// What a password file holds: user name to hash.
std::map<std::string, std::string> read_hashes(const fs::path& file) {
    std::map<std::string, std::string> hashes;
    std::ifstream stream(file);
    if (!stream && fs::exists(file)) {
        // Taken for empty, every device would get another password.
        throw std::runtime_error(fmt::format("can't read {}: {}", file.string(), std::strerror(errno)));
    }
    for (std::string line; std::getline(stream, line);) {
        const auto colon = line.find(':');
        if (colon != std::string::npos) hashes[line.substr(0, colon)] = line.substr(colon + 1);
    }
    return hashes;
}

struct Credential {
    std::string user;
    std::string device;  ///< empty: our own ingest
    std::string place;
};

std::vector<Credential> wanted_credentials(storage::Database& database) {
    std::vector<Credential> wanted = {{std::string(ingest_user), "", "silaware ingest"}};
    for (const storage::Device& device : storage::DeviceStore(database).registered())
        wanted.push_back({user_name_of(device.mac_address), device.mac_address, device.location});
    return wanted;
}

std::string access_list(const Settings& settings, const std::vector<Credential>& credentials) {
    const std::vector<std::string> topics = {settings["MQTT_UTILS_TOPIC"], settings["MQTT_POWER_TOPIC"],
                                             settings["MQTT_CLIMATE_TOPIC"]};
    std::string text =
        "# Made by \"silaware broker-credentials\": who is not named here may do nothing.\n"
        "# Devices may only publish telemetry, and read nothing; ingest may only read it.\n";
    for (const Credential& credential : credentials) {
        text += fmt::format("\nuser {}\n", credential.user);
        for (const std::string& topic : topics)
            text += fmt::format("topic {} {}\n", credential.device.empty() ? "read" : "write", topic);
    }
    return text;
}

std::set<std::string> users_to_renew(const BrokerCredentialsOptions& options) {
    std::set<std::string> users;
    for (const std::string& name : options.renew) {
        const auto id = core::DeviceId::parse(name);
        users.insert(name == ingest_user || !id ? name : user_name_of(id->text()));
    }
    return users;
}

}  // namespace

int run_broker_credentials(const Settings& settings, const BrokerCredentialsOptions& options) {
    const fs::path folder = options.folder;
    fs::create_directories(folder);
    const fs::path password_file = folder / "silaware.passwd";
    const auto known = read_hashes(password_file);
    const auto renewed = users_to_renew(options);
    storage::Database database(database_options(settings));
    const auto credentials = wanted_credentials(database);
    for (const std::string& user : renewed) {
        if (std::ranges::find(credentials, user, &Credential::user) != credentials.end()) continue;
        return complain(
            {core::ErrorCode::not_found,
             fmt::format("there is no user {} to renew: no device of that id is registered", user),
             {}});
    }

    std::string hashes;
    std::string fresh_passwords;
    std::size_t fresh = 0;
    for (const auto& [user, device, place] : credentials) {
        const auto kept = known.find(user);
        if (kept != known.end() && !renewed.contains(user)) {
            hashes += fmt::format("{}:{}\n", user, kept->second);
            continue;
        }
        const std::string password = auth::random_broker_password();
        hashes += fmt::format("{}:{}\n", user, auth::mosquitto_hash(password));
        fresh_passwords +=
            fmt::format("{}\t{}\t{}\n", user, password, device.empty() ? place : device + " " + place);
        ++fresh;
    }
    write_private_file(password_file, hashes);
    write_private_file(folder / "silaware.acl", access_list(settings, credentials));
    // Once, and only when they count: the file keeps the hashes.
    fmt::print("{}", fresh_passwords);
    fmt::print(
        stderr,
        "{}: {} users, {} with a new password; let the broker read it again: systemctl reload mosquitto\n",
        password_file.string(), credentials.size(), fresh);
    return Exit::ok;
}

}  // namespace silaware::app
