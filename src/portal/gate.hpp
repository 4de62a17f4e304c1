#pragma once

#include <atomic>
#include <optional>

namespace silaware::portal {

/// Lets a bounded number in at once and turns the others away.
class Gate {
  public:
    explicit Gate(int places) : free_(places) {}

    class Pass {
      public:
        explicit Pass(Gate& gate) : gate_(&gate) {}
        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->free_.fetch_add(1);
        }

      private:
        Gate* gate_;
    };

    /// A place, given back when the pass dies; nothing if all are taken.
    std::optional<Pass> enter() {
        if (free_.fetch_sub(1) > 0) return Pass(*this);
        free_.fetch_add(1);
        return std::nullopt;
    }

  private:
    std::atomic<int> free_;
};

}  // namespace silaware::portal
