#include "mqtt/subscriber.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "mqtt/backoff.hpp"
#include "mqtt/connection.hpp"
#include "mqtt/version_choice.hpp"

namespace silaware::mqtt {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds room_check{1000};
constexpr std::chrono::seconds short_life{5};
constexpr std::chrono::minutes log_again{1};
constexpr int suspicious_losses = 4;

/// A plain subscription left from before the group would deliver every message a second time.
void forget_plain_subscriptions(SubscriberOptions& options) {
    if (options.shared_group.empty()) return;
    for (const std::string& topic : options.topics)
        options.former_filters.push_back(topic);
}

bool pause(milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    return !never.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

}  // namespace

std::vector<std::string> subscribed_filters(const SubscriberOptions& options) {
    std::vector<std::string> filters;
    for (const std::string& topic : options.topics) {
        filters.push_back(
            options.shared_group.empty() ? topic : fmt::format("$share/{}/{}", options.shared_group, topic));
    }
    return filters;
}

std::string_view topic_filter(std::string_view subscribed) {
    constexpr std::string_view share = "$share/";
    if (!subscribed.starts_with(share)) return subscribed;
    const auto group_end = subscribed.find('/', share.size());
    return group_end == std::string_view::npos ? subscribed : subscribed.substr(group_end + 1);
}

class Subscriber::Loop {
  public:
    Loop(SubscriberOptions options, SubscriberHandlers handlers)
        : options_(std::move(options)),
          handlers_(std::move(handlers)),
          filters_(subscribed_filters(options_)),
          backoff_(options_.first_backoff, options_.longest_backoff) {
        forget_plain_subscriptions(options_);
        std::erase_if(options_.former_filters, [&](const std::string& filter) {
            return std::ranges::find(filters_, filter) != filters_.end();
        });
    }

    void run(const std::stop_token& stop);
    SubscriberState state() const {
        const std::lock_guard lock(mutex_);
        return state_;
    }
    const std::vector<std::string>& filters() const { return filters_; }
    const SubscriberOptions& options() const { return options_; }

  private:
    Farewell connect_once(const std::stop_token& stop);
    bool await_room(const std::stop_token& stop);
    milliseconds judge(Ending ending);
    void tell_of_connection(bool had_session);
    void tell_of_failure(const Farewell& farewell, milliseconds pause);
    void log(LogLevel level, const std::string& text) const {
        if (handlers_.log) handlers_.log(level, text);
    }

    SubscriberOptions options_;
    SubscriberHandlers handlers_;
    std::vector<std::string> filters_;
    Backoff backoff_;
    VersionChoice version_;
    int short_lives_ = 0;  ///< connections in a row that were lost soon
    std::string last_reason_;
    steady_clock::time_point last_logged_;
    mutable std::mutex mutex_;
    SubscriberState state_;
};

void Subscriber::Loop::run(const std::stop_token& stop) {
    while (!stop.stop_requested() && await_room(stop)) {
        const Farewell farewell = connect_once(stop);
        {
            const std::lock_guard lock(mutex_);
            state_.connected = false;
            state_.since.reset();
            if (farewell.ending != Ending::stopped) state_.last_error = farewell.reason;
        }
        if (stop.stop_requested()) break;
        if (farewell.ending == Ending::stopped) continue;  // to speak another version
        const milliseconds time = judge(farewell.ending);
        tell_of_failure(farewell, time);
        pause(time, stop);
    }
}

bool Subscriber::Loop::await_room(const std::stop_token& stop) {
    if (!handlers_.has_room || handlers_.has_room()) return true;
    log(LogLevel::warning,
        "the spool is full: not connecting, the broker keeps the messages until there is room");
    while (!handlers_.has_room()) {
        if (!pause(room_check, stop)) return false;
    }
    return true;
}

Farewell Subscriber::Loop::connect_once(const std::stop_token& stop) {
    Connection connection(options_, handlers_, version_.current(), filters_, stop);
    if (auto failed = connection.open()) return *failed;
    if (!version_.answered()) return connection.leave();
    if (auto failed = connection.subscribe()) return *failed;
    const auto begin = steady_clock::now();
    tell_of_connection(connection.had_session());
    Farewell farewell = connection.serve();
    const bool lasted = steady_clock::now() - begin > short_life;
    short_lives_ = lasted || farewell.ending != Ending::lost ? 0 : short_lives_ + 1;
    if (short_lives_ < suspicious_losses) backoff_.reset();
    return farewell;
}

/// The pause before the next attempt.
milliseconds Subscriber::Loop::judge(Ending ending) {
    if (ending == Ending::silent) version_.silent();
    if (ending == Ending::wrong_version) {
        version_.refused();
        if (version_.current() == Version::v311) return milliseconds{0};
    }
    if (ending == Ending::taken_over) return options_.takeover_backoff + backoff_.next();
    return backoff_.next();
}

void Subscriber::Loop::tell_of_connection(bool had_session) {
    {
        const std::lock_guard lock(mutex_);
        state_.connected = true;
        state_.since = core::clock_now();
        state_.protocol = static_cast<int>(version_.current());
        ++state_.connections;
    }
    if (!last_reason_.empty() && short_lives_ > 1) return;
    log(LogLevel::info,
        fmt::format("connected to {}:{} as {} ({}, {})", options_.broker.host, options_.broker.port,
                    options_.broker.client_id, version_.current() == Version::v5 ? "MQTT 5" : "MQTT 3.1.1",
                    had_session ? "the broker kept our session" : "a new session"));
}

/// Says the same thing once a minute at most.
void Subscriber::Loop::tell_of_failure(const Farewell& farewell, milliseconds pause) {
    if (pause.count() == 0) {
        log(LogLevel::info, "the broker does not speak MQTT 5, falling back to MQTT 3.1.1");
        return;
    }
    std::string reason = farewell.reason;
    // Mosquitto up to 2.0.11 only closes the connection of a client whose id another one uses.
    if (farewell.ending == Ending::taken_over || short_lives_ >= suspicious_losses) {
        reason +=
            fmt::format("; does a second ingest use the client id \"{}\"? Each needs its own MQTT_CLIENT_ID",
                        options_.broker.client_id);
    }
    const auto now = steady_clock::now();
    if (reason == last_reason_ && now - last_logged_ < log_again) return;
    last_reason_ = reason;
    last_logged_ = now;
    log(LogLevel::warning, fmt::format("MQTT: {}; next attempt in {:.1f} s", reason,
                                       std::chrono::duration<double>(pause).count()));
}

Subscriber::Subscriber(SubscriberOptions options, SubscriberHandlers handlers)
    : loop_(std::make_unique<Loop>(std::move(options), std::move(handlers))) {}

Subscriber::~Subscriber() = default;

void Subscriber::run(std::stop_token stop) {
    loop_->run(stop);
}

SubscriberState Subscriber::state() const {
    return loop_->state();
}

std::vector<std::string> Subscriber::filters() const {
    return loop_->filters();
}

std::string Subscriber::session() const {
    const Endpoint& broker = loop_->options().broker;
    return fmt::format("{}:{}/{}", broker.host, broker.port, broker.client_id);
}

}  // namespace silaware::mqtt
