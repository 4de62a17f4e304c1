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

/// A client of libmosquitto for MQTT 3.1.1 and a clean session, with identity, credentials and TLS of
/// `endpoint`. `owner` reaches the callbacks.
core::Result<Handle> make_client(const Endpoint& endpoint, void* owner);

/// What the number of a library call means, in words; errno is read for MOSQ_ERR_ERRNO.
std::string explain(int result);

/// A reason code of MQTT 5 in words.
std::string reason_text(int code);
/// The code of a CONNACK in words, of MQTT 5 (from 0x80 on) or 3.1.1.
std::string refusal_text(int code);

}  // namespace silaware::mqtt
