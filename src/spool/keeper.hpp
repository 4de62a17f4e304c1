#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "spool/sqlite.hpp"

namespace silaware::spool {

/// Moves pages from the write-ahead log into the spool file in the background, so that the log stays small
/// and append() does not pay for it.
class Keeper {
  public:
    /// `finish` is called when the bulk has been moved: it moves the rest with writers and readers held back.
    Keeper(const std::filesystem::path& file, std::function<void()> finish);
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    /// To be told after each commit how long the log is. True if it is so long that writing has to pause:
    /// then the caller moves the log itself, with hold() taken.
    bool log_has_grown_to(std::int64_t pages);
    /// Waits for a move in progress and keeps the next one off.
    std::unique_lock<std::mutex> hold() { return std::unique_lock(moving_); }

  private:
    void work(const std::stop_token& stop);

    Connection connection_;
    std::function<void()> finish_;
    std::mutex moving_;
    std::mutex mutex_;
    std::condition_variable_any due_;
    bool is_due_ = false;
    std::jthread thread_;
};

}  // namespace silaware::spool
