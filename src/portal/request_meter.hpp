#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace silaware::portal {

/// Counts answered requests and how long they took. Thread safe, without locks.
class RequestMeter {
  public:
    /// Upper bounds of the durations that are told apart.
    static constexpr std::array bounds{
        std::chrono::microseconds{1'000},    std::chrono::microseconds{5'000},
        std::chrono::microseconds{20'000},   std::chrono::microseconds{50'000},
        std::chrono::microseconds{100'000},  std::chrono::microseconds{500'000},
        std::chrono::microseconds{2'000'000}};
    static constexpr int least_status = 100;
    static constexpr int most_status = 599;

    void count(int status, std::chrono::microseconds took);

    std::int64_t with_status(int status) const;
    /// Requests that took no longer than `bounds[i]`.
    std::int64_t within(std::size_t i) const;
    std::int64_t total() const { return total_; }
    std::chrono::microseconds time() const { return std::chrono::microseconds{microseconds_}; }

  private:
    std::array<std::atomic<std::int64_t>, most_status - least_status + 1> by_status_{};
    std::array<std::atomic<std::int64_t>, bounds.size()> within_{};
    std::atomic<std::int64_t> total_ = 0;
    std::atomic<std::int64_t> microseconds_ = 0;
};

}  // namespace silaware::portal
