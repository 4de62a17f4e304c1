#pragma once

#include <atomic>
#include <mutex>

#include "mqtt/subscriber.hpp"
#include "unit/mqtt/process.hpp"

namespace silaware::mqtt {

struct Received {
    std::string topic;
    std::string payload;
    int packet_id = 0;
    bool retained = false;
    bool redelivered = false;
};

/// A subscriber in a thread of its own that writes down what it gets.
class Recorder {
  public:
    explicit Recorder(SubscriberOptions options) : Recorder(std::move(options), [](auto) { return true; }) {}
    Recorder(SubscriberOptions options, std::function<bool(std::span<const Message>)> before_storing)
        : before_storing_(std::move(before_storing)),
          subscriber_(std::move(options),
                      {.connected = [this](bool present) { return note_connected(present); },
                       .store = [this](std::span<const Message> batch) { return store(batch); },
                       .settled = [this] { ++settled; },
                       .has_room = [this] { return has_room.load(); },
                       .log = [this](LogLevel, std::string_view line) { note_line(line); }}),
          thread_([this](std::stop_token stop) { subscriber_.run(stop); }) {}
    ~Recorder() { stop(); }

    void stop() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
    }
    std::vector<Received> received() const {
        const std::lock_guard lock(mutex_);
        return received_;
    }
    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return received_.size();
    }
    std::string log() const {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    SubscriberState state() const { return subscriber_.state(); }
    bool await(std::size_t messages, std::chrono::milliseconds limit = std::chrono::seconds(30)) const {
        return eventually([&] { return count() >= messages; }, limit);
    }
    bool await_connection(std::int64_t number = 1) const {
        return eventually([&] { return state().connections >= number && state().connected; });
    }

    std::atomic<bool> has_room = true;
    std::atomic<int> sessions_present = 0;
    std::atomic<int> settled = 0;
    std::atomic<std::size_t> largest_batch = 0;

  private:
    bool note_connected(bool present) {
        if (present) ++sessions_present;
        return true;
    }
    bool store(std::span<const Message> batch) {
        if (!before_storing_(batch)) return false;
        const std::lock_guard lock(mutex_);
        largest_batch = std::max(largest_batch.load(), batch.size());
        for (const Message& message : batch) {
            received_.push_back({std::string(message.topic), std::string(message.payload), message.packet_id,
                                 message.retained, message.redelivered});
        }
        return true;
    }
    void note_line(std::string_view line) {
        const std::lock_guard lock(mutex_);
        log_ += std::string(line) + "\n";
    }

    std::function<bool(std::span<const Message>)> before_storing_;
    mutable std::mutex mutex_;
    std::vector<Received> received_;
    std::string log_;
    Subscriber subscriber_;
    std::jthread thread_;
};

/// Short pauses, so that tests are short.
inline SubscriberOptions options_for(std::uint16_t port, const std::string& client_id = "recorder") {
    SubscriberOptions options;
    options.broker.host = "127.0.0.1";
    options.broker.port = port;
    options.broker.client_id = client_id;
    options.topics = {"t"};
    options.first_backoff = std::chrono::milliseconds(50);
    options.longest_backoff = std::chrono::milliseconds(200);
    return options;
}

}  // namespace silaware::mqtt
