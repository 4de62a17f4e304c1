#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace silaware::portal {

/// Lets a bounded number work at once and a bounded number wait for their turn; the others are turned away.
class Gate {
  public:
    struct Limits {
        int working = 2;
        int waiting = 3;
        std::chrono::milliseconds patience{5'000};
    };

    explicit Gate(Limits limits) : limits_(limits) {}

    class Pass {
      public:
        explicit Pass(Gate& gate) : gate_(&gate) {}
        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

      private:
        Gate* gate_;
    };

    /// A place, given back when the pass dies; nothing if too many wait already or patience is at its end.
    std::optional<Pass> enter() {
        std::unique_lock lock(mutex_);
        if (working_ >= limits_.working) {
            if (waiting_ >= limits_.waiting) return std::nullopt;
            ++waiting_;
            const bool turn =
                left_.wait_for(lock, limits_.patience, [&] { return working_ < limits_.working; });
            --waiting_;
            if (!turn) return std::nullopt;
        }
        ++working_;
        return Pass(*this);
    }

  private:
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            --working_;
        }
        left_.notify_one();
    }

    const Limits limits_;
    std::mutex mutex_;
    std::condition_variable left_;
    int working_ = 0;
    int waiting_ = 0;
};

}  // namespace silaware::portal
