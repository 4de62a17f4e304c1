#include "mqtt/batch.hpp"

namespace silaware::mqtt {

Batch::Batch(BatchLimits limits) : limits_(limits) {}

void Batch::add(const Message& message) {
    if (entries_.empty()) started_ = std::chrono::steady_clock::now();
    bytes_.append(message.topic);
    bytes_.append(message.payload);
    entries_.push_back(message);
}

bool Batch::is_full(std::chrono::steady_clock::time_point now) const {
    if (entries_.empty()) return false;
    return entries_.size() >= limits_.messages || bytes_.size() >= limits_.bytes ||
           now - started_ >= limits_.time;
}

std::span<const Message> Batch::messages() {
    // Only now does the block stand still, and the views can point into it.
    const char* at = bytes_.data();
    for (Message& entry : entries_) {
        entry.topic = {at, entry.topic.size()};
        at += entry.topic.size();
        entry.payload = {at, entry.payload.size()};
        at += entry.payload.size();
    }
    return entries_;
}

void Batch::clear() {
    entries_.clear();
    bytes_.clear();
    // One giant message must not keep its memory for ever.
    if (bytes_.capacity() > 4 * limits_.bytes) bytes_.shrink_to_fit();
}

}  // namespace silaware::mqtt
