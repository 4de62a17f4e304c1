#include "http/event_stream.hpp"

#include <algorithm>

namespace silaware::http {

std::string format_event(std::string_view name, std::string_view data) {
    std::string text = "event: ";
    for (const char c : name)
        if (c != '\n' && c != '\r') text += c;
    text += "\ndata: ";
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (data[i] == '\r' && i + 1 < data.size() && data[i + 1] == '\n') continue;
        if (data[i] == '\n' || data[i] == '\r')
            text += "\ndata: ";
        else
            text += data[i];
    }
    return text + "\n\n";
}

void EventHub::publish(std::string_view name, std::string_view data) {
    append(std::make_shared<const std::string>(format_event(name, data)));
}

void EventHub::publish(std::span<const Event> events) {
    std::string text;
    for (const auto& event : events)
        text += format_event(event.name, event.data);
    if (!text.empty()) append(std::make_shared<const std::string>(std::move(text)));
}

std::size_t EventHub::viewers() const {
    const std::lock_guard lock(mutex_);
    return subscriptions_.size();
}

// Wakes under the lock: a subscription can't be destroyed meanwhile, and a wake only posts.
void EventHub::append(Chunk chunk) {
    const std::lock_guard lock(mutex_);
    log_.push_back(std::move(chunk));
    ++end_;
    if (log_.size() > log_length_) log_.pop_front();
    for (auto* subscription : subscriptions_) {
        if (!subscription->waiting_) continue;
        subscription->waiting_ = false;
        subscription->wake_();
    }
}

EventHub::Subscription::Subscription(std::shared_ptr<EventHub> hub, std::function<void()> wake)
    : hub_(std::move(hub)), wake_(std::move(wake)) {
    const std::lock_guard lock(hub_->mutex_);
    position_ = hub_->end_;
    hub_->subscriptions_.push_back(this);
}

EventHub::Subscription::~Subscription() {
    const std::lock_guard lock(hub_->mutex_);
    std::erase(hub_->subscriptions_, this);
}

EventHub::Subscription::State EventHub::Subscription::take(std::vector<Chunk>& chunks, std::size_t limit) {
    const std::lock_guard lock(hub_->mutex_);
    const auto behind = static_cast<std::size_t>(hub_->end_ - position_);
    if (behind > hub_->log_.size()) return State::fallen_behind;
    const auto count = std::min(behind, limit);
    const auto first = hub_->log_.end() - static_cast<std::ptrdiff_t>(behind);
    chunks.insert(chunks.end(), first, first + static_cast<std::ptrdiff_t>(count));
    position_ += count;
    waiting_ = count == 0;
    return State::current;
}

}  // namespace silaware::http
