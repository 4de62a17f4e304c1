#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace silaware::http {

struct Event {
    std::string name;
    std::string data;
};

/// One event as `text/event-stream` bytes; line breaks in the name are dropped, in the data they become data
/// lines.
std::string format_event(std::string_view name, std::string_view data);

/// Spreads events to all viewers. All of them read one shared log, so a viewer costs a position in it and no
/// copy; one that falls behind by more than the log holds is dropped (the browser comes back by itself).
/// Thread safe.
class EventHub {
  public:
    using Chunk = std::shared_ptr<const std::string>;

    explicit EventHub(std::size_t log_length = 256) : log_length_(log_length) {}

    void publish(std::string_view name, std::string_view data);
    /// Many events in one piece: one write per viewer.
    void publish(std::span<const Event> events);
    /// How many viewers are connected; cheap enough to skip the work of publishing when it is 0.
    std::size_t viewers() const;

    /// A viewer's place in the log. Used by the server; leaves the hub when destroyed.
    class Subscription {
      public:
        Subscription(std::shared_ptr<EventHub> hub, std::function<void()> wake);
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

        enum class State { current, fallen_behind };
        /// Moves at most `limit` chunks published since the last call into `chunks`. If there was none, the
        /// next publish calls `wake` once, from the publishing thread.
        State take(std::vector<Chunk>& chunks, std::size_t limit);

      private:
        friend class EventHub;
        std::shared_ptr<EventHub> hub_;
        std::function<void()> wake_;
        std::uint64_t position_;
        bool waiting_ = false;
    };

  private:
    void append(Chunk chunk);

    mutable std::mutex mutex_;
    std::size_t log_length_;
    std::deque<Chunk> log_;
    std::uint64_t end_ = 0;  // sequence number after the last chunk
    std::vector<Subscription*> subscriptions_;
};

}  // namespace silaware::http
