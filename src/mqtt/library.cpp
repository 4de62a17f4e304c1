#include "mqtt/library.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "mqtt/tcp.hpp"

namespace silaware::mqtt {

using core::ErrorCode;
using core::fail;
using core::Result;

namespace {

/// Once per process; the library's own counterpart is left to the end of the process.
void start_library() {
    static const int started = [] {
        ignore_broken_pipes();
        return mosquitto_lib_init();
    }();
    if (started != MOSQ_ERR_SUCCESS) throw std::runtime_error("libmosquitto does not start");
}

int set_tls(mosquitto* client, const std::string& ca) {
    const bool folder = std::filesystem::is_directory(ca);
    return mosquitto_tls_set(client, folder ? nullptr : ca.c_str(), folder ? ca.c_str() : nullptr, nullptr,
                             nullptr, nullptr);
}

}  // namespace

Result<Handle> make_client(const Endpoint& endpoint, void* owner) {
    start_library();
    const char* id = endpoint.client_id.empty() ? nullptr : endpoint.client_id.c_str();
    Handle client(mosquitto_new(id, true, owner));
    if (!client) {
        return fail(ErrorCode::invalid,
                    fmt::format("the MQTT client id \"{}\" is not valid", endpoint.client_id));
    }
    mosquitto_int_option(client.get(), MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    mosquitto_int_option(client.get(), MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_threaded_set(client.get(), true);
    if (!endpoint.username.empty()) {
        mosquitto_username_pw_set(client.get(), endpoint.username.c_str(), endpoint.password.c_str());
    }
    if (!endpoint.tls_ca.empty() && set_tls(client.get(), endpoint.tls_ca) != MOSQ_ERR_SUCCESS) {
        return fail(ErrorCode::invalid, fmt::format("the MQTT CA file {} can't be read", endpoint.tls_ca));
    }
    return client;
}

std::string explain(int result) {
    return result == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(result);
}

std::string reason_text(int code) {
    return mosquitto_reason_string(code);
}

std::string refusal_text(int code) {
    return code >= 0x80 ? reason_text(code) : mosquitto_connack_string(code);
}

}  // namespace silaware::mqtt
