// bench_count PORT MESSAGES: the bare subscriber that ingest is measured against. Takes QoS 1 messages as
// fast as libmosquitto hands them out, does nothing but count, and ends when it has them all.

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>

namespace {

struct Count {
    long wanted;
    long seen = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    Count count{std::atol(argv[2])};
    mosquitto_lib_init();
    mosquitto* client = mosquitto_new("bench-count", true, &count);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 65535);
    mosquitto_connect_callback_set(
        client, [](mosquitto* self, void*, int) { mosquitto_subscribe(self, nullptr, "silaware/power", 1); });
    mosquitto_subscribe_callback_set(client, [](mosquitto*, void*, int, int, const int*) {
        fmt::print("ready\n");
        std::fflush(stdout);
    });
    mosquitto_message_callback_set(client, [](mosquitto* self, void* data, const mosquitto_message*) {
        auto& numbers = *static_cast<Count*>(data);
        if (++numbers.seen == numbers.wanted) mosquitto_disconnect(self);
    });
    if (mosquitto_connect(client, "127.0.0.1", std::atoi(argv[1]), 60) != MOSQ_ERR_SUCCESS) return 1;
    mosquitto_loop_forever(client, -1, 1);
    fmt::print("{}\n", count.seen);
    mosquitto_destroy(client);
    return count.seen == count.wanted ? 0 : 1;
}
