#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "mqtt/subscriber.hpp"

namespace silaware::mqtt {

/// Collects messages in one block of memory that is used again for every batch.
class Batch {
  public:
    explicit Batch(BatchLimits limits);

    /// Views are copied; the addresses in `message` need not outlive the call.
    void add(const Message& message);
    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    /// One of the limits is reached.
    bool is_full(std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now()) const;
    std::chrono::steady_clock::time_point started() const { return started_; }
    /// Valid until the next add() or clear().
    std::span<const Message> messages();
    void clear();

  private:
    BatchLimits limits_;
    std::string bytes_;  ///< topic and payload of every entry, one behind the other
    std::vector<Message> entries_;
    std::chrono::steady_clock::time_point started_;
};

}  // namespace silaware::mqtt
