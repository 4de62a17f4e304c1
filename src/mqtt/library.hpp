#pragma once

#include <memory>
#include <string>

#include <mosquitto.h>

#include "core/error.hpp"
#include "mqtt/endpoint.hpp"

namespace silaware::mqtt {

struct Destroy {
    void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
};
using Handle = std::unique_ptr<mosquitto, Destroy>;

enum class Session { clean, persistent };

/// A client of libmosquitto with identity, credentials and TLS of `endpoint`, that never writes to its socket
/// but in mosquitto_loop_write(). `owner` reaches the callbacks. `protocol` is MQTT_PROTOCOL_V5 or …_V311.
core::Result<Handle> make_client(const Endpoint& endpoint, Session session, int protocol, void* owner);

/// What the number of a library call means, in words; errno is read for MOSQ_ERR_ERRNO.
std::string explain(int result);

}  // namespace silaware::mqtt
