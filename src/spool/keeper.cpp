#include "spool/keeper.hpp"

namespace silaware::spool {

namespace {

// In pages of 8 KiB: 32 MiB and 96 MiB.
constexpr std::int64_t long_log = 4096;
constexpr std::int64_t longest_log = 3 * long_log;

}  // namespace

Keeper::Keeper(const std::filesystem::path& file, std::function<void()> finish)
    : connection_(file),
      finish_(std::move(finish)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Keeper::~Keeper() {
    thread_.request_stop();
    thread_.join();
}

bool Keeper::log_has_grown_to(std::int64_t pages) {
    if (pages < long_log) return false;
    {
        const std::lock_guard lock(mutex_);
        is_due_ = true;
    }
    due_.notify_one();
    return pages >= longest_log;
}

void Keeper::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (due_.wait(lock, stop, [this] { return is_due_; })) {
        is_due_ = false;
        lock.unlock();
        // Refusals (a full disk, a busy reader) are met again after the next commit.
        {
            const auto moving = hold();
            sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                      nullptr);
        }
        finish_();
        lock.lock();
    }
}

}  // namespace silaware::spool
