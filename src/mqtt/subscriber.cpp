#include "mqtt/subscriber.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "mqtt/backoff.hpp"
#include "mqtt/connection.hpp"
#include "mqtt/library.hpp"
#include "mqtt/line_limit.hpp"
#include "mqtt/version_choice.hpp"

namespace silaware::mqtt {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds room_check{1000};
constexpr std::chrono::seconds short_life{5};
constexpr std::chrono::minutes long_life{10};
constexpr int suspicious_losses = 4;
constexpr int connections_told = 3;  // a minute
constexpr int no_reason = 0x80;

/// A plain subscription left from before the group would deliver every message a second time.
void forget_plain_subscriptions(SubscriberOptions& options) {
    if (options.shared_group.empty()) return;
    for (const std::string& topic : options.topics)
        options.former_filters.push_back(topic);
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

std::string trouble_with(const Grant& grant) {
    if (grant.refused()) {
        return fmt::format("the broker refuses the subscription to {}{}", grant.filter,
                           grant.code == no_reason ? "" : fmt::format(" ({})", reason_text(grant.code)));
    }
    if (grant.without_promise()) return fmt::format("the broker grants no QoS above 0 for {}", grant.filter);
    return {};
}

std::string troubles_with(const std::vector<Grant>& grants) {
    std::string text;
    for (const Grant& grant : grants) {
        const std::string trouble = trouble_with(grant);
        if (!text.empty() && !trouble.empty()) text += "; ";
        text += trouble;
    }
    return text;
}

std::string SubscriberState::trouble() const {
    if (!connected) return last_error.empty() ? "not connected yet" : last_error;
    return troubles_with(grants);
}

class Subscriber::Loop {
  public:
    Loop(SubscriberOptions options, SubscriberHandlers handlers)
        : options_(std::move(options)),
          handlers_(std::move(handlers)),
          filters_(subscribed_filters(options_)),
          backoff_(options_.first_backoff, options_.longest_backoff),
          handshake_timeout_(options_.handshake_timeout) {
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
    void judge_life(const Connection& connection, Ending ending, steady_clock::duration life);
    milliseconds judge(Ending ending);
    void note_answer(const Connection& connection, const std::vector<Grant>& grants);
    void tell_of_connection(bool had_session);
    void tell_of_connections();
    void tell_of_restart(bool had_session);
    void tell_of_grants(const std::vector<Grant>& before, const std::vector<Grant>& grants);
    void warn(const std::string& text, const std::string& addition);
    void tell_of_failure(const Farewell& farewell, milliseconds pause);
    void log(LogLevel level, const std::string& text) const {
        if (handlers_.log) handlers_.log(level, text);
    }

    SubscriberOptions options_;
    SubscriberHandlers handlers_;
    std::vector<std::string> filters_;
    Backoff backoff_;
    VersionChoice version_;
    milliseconds handshake_timeout_;
    int short_lives_ = 0;    ///< connections in a row that were lost soon
    bool was_away_ = false;  ///< nobody answered since the last connection
    bool told_of_restart_ = false;
    LineLimit connections_{connections_told};
    RepetitionLimit warnings_;
    mutable std::mutex mutex_;
    SubscriberState state_;
};

void Subscriber::Loop::run(const std::stop_token& stop) {
    while (!stop.stop_requested() && await_room(stop)) {
        tell_of_connections();
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
        core::pause(stop, time);
    }
}

bool Subscriber::Loop::await_room(const std::stop_token& stop) {
    if (!handlers_.has_room || handlers_.has_room()) return true;
    log(LogLevel::warning,
        "the spool is full: not connecting, the broker keeps the messages until there is room");
    while (!handlers_.has_room()) {
        if (!core::pause(stop, room_check)) return false;
    }
    return true;
}

Farewell Subscriber::Loop::connect_once(const std::stop_token& stop) {
    Connection connection(options_, handlers_, {version_.current(), handshake_timeout_}, filters_, stop);
    if (auto failed = connection.open()) return *failed;
    handshake_timeout_ = options_.handshake_timeout;
    if (!version_.answered()) return connection.leave();
    if (auto failed = connection.subscribe()) return *failed;
    const auto begin = steady_clock::now();
    const Farewell farewell =
        connection.serve({.answered = [&](const auto& grants) { note_answer(connection, grants); },
                          .working = [this] { tell_of_connections(); }});
    judge_life(connection, farewell.ending, steady_clock::now() - begin);
    return farewell;
}

/// Pauses grow as long as the broker is of no use.
void Subscriber::Loop::judge_life(const Connection& connection, Ending ending, steady_clock::duration life) {
    const bool of_use = connection.is_subscribed();
    const bool lasted = of_use && life > short_life;
    short_lives_ = lasted || ending != Ending::lost ? 0 : short_lives_ + 1;
    if (of_use && life > long_life) version_.parted();
    if (lasted || (of_use && ending != Ending::misbehaved && short_lives_ < suspicious_losses))
        backoff_.reset();
}

/// The pause before the next attempt.
milliseconds Subscriber::Loop::judge(Ending ending) {
    if (ending == Ending::silent) version_.silent();
    // A link may be so slow that only more patience helps.
    if (ending == Ending::silent || ending == Ending::unreachable)
        handshake_timeout_ = std::min(2 * handshake_timeout_, options_.longest_handshake);
    if (ending == Ending::unreachable) was_away_ = true;
    if (ending == Ending::wrong_version) {
        version_.refused();
        if (version_.current() == Version::v311) return milliseconds{0};
    }
    if (ending == Ending::taken_over) return options_.takeover_backoff + backoff_.next();
    const milliseconds next = backoff_.next();
    // Mosquitto that has restarted gives a shared group nothing until its members subscribe again.
    const bool hurry = ending == Ending::unreachable && !options_.shared_group.empty();
    return hurry ? std::min(next, options_.longest_group_backoff) : next;
}

void Subscriber::Loop::note_answer(const Connection& connection, const std::vector<Grant>& grants) {
    std::vector<Grant> before;
    bool begins = false;
    {
        const std::lock_guard lock(mutex_);
        before = std::exchange(state_.grants, grants);
        begins = connection.is_subscribed() && !state_.connected;
        if (begins) {
            state_.connected = true;
            state_.since = core::clock_now();
            state_.protocol = static_cast<int>(version_.current());
            ++state_.connections;
        }
    }
    if (begins) {
        tell_of_connection(connection.had_session());
        tell_of_restart(connection.had_session());
    }
    if (connection.is_subscribed()) tell_of_grants(before, grants);
}

void Subscriber::Loop::tell_of_connection(bool had_session) {
    if (!connections_.permits(steady_clock::now())) return;
    log(LogLevel::info,
        fmt::format("connected to {}:{} as {} ({}, {})", options_.broker.host, options_.broker.port,
                    options_.broker.client_id, version_.current() == Version::v5 ? "MQTT 5" : "MQTT 3.1.1",
                    had_session ? "the broker kept our session" : "a new session"));
}

/// Once, as not every broker is like that.
void Subscriber::Loop::tell_of_restart(bool had_session) {
    if (!std::exchange(was_away_, false) || options_.shared_group.empty() || !had_session) return;
    if (std::exchange(told_of_restart_, true)) return;
    log(LogLevel::warning,
        fmt::format("the broker was away and kept our session in the shared group \"{}\": mosquitto gives a "
                    "group nothing from its start until the members subscribe again, what devices sent in "
                    "between is lost; docs/scale-out.md says what to do",
                    options_.shared_group));
}

void Subscriber::Loop::tell_of_connections() {
    if (const int count = connections_.sum_up(steady_clock::now()); count > 0)
        log(LogLevel::info, fmt::format("connected {} times in the last minute", count));
}

void Subscriber::Loop::tell_of_grants(const std::vector<Grant>& before, const std::vector<Grant>& grants) {
    for (const Grant& grant : grants) {
        if (grant.refused()) {
            warn(trouble_with(grant), ", nothing comes from there; it is asked again from time to time");
        } else if (grant.without_promise()) {
            warn(
                trouble_with(grant),
                ": what is sent while we are not connected is lost; let it grant QoS 1 (mosquitto: max_qos)");
        } else if (std::ranges::any_of(before, [&](const Grant& former) {
                       return former.filter == grant.filter && former.refused();
                   })) {
            log(LogLevel::info, fmt::format("the broker grants the subscription to {} now", grant.filter));
        }
    }
}

/// Says the same thing once a minute at most, whatever the addition is.
void Subscriber::Loop::warn(const std::string& text, const std::string& addition) {
    if (warnings_.permits(text, steady_clock::now())) log(LogLevel::warning, text + addition);
}

void Subscriber::Loop::tell_of_failure(const Farewell& farewell, milliseconds pause) {
    if (pause.count() == 0) {
        const std::string text = "the broker does not speak MQTT 5, falling back to MQTT 3.1.1";
        if (warnings_.permits(text, steady_clock::now())) log(LogLevel::info, text);
        return;
    }
    std::string reason = "MQTT: " + farewell.reason;
    // Mosquitto up to 2.0.11 only closes the connection of a client whose id another one uses.
    if (farewell.ending == Ending::taken_over || short_lives_ >= suspicious_losses) {
        reason +=
            fmt::format("; does a second ingest use the client id \"{}\"? Each needs its own MQTT_CLIENT_ID",
                        options_.broker.client_id);
    }
    warn(reason, fmt::format("; next attempt in {:.1f} s", std::chrono::duration<double>(pause).count()));
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
