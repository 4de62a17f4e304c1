#include "portal/export_desk.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace silaware::portal {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 4;
constexpr auto short_wait = 100ms;
constexpr int background_niceness = 10;

/// Abandons the queue when the response is dropped.
struct Reader {
    std::shared_ptr<PieceQueue> pieces;
    explicit Reader(std::shared_ptr<PieceQueue> of) : pieces(std::move(of)) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { pieces->abandon(); }
};

void run(const ExportDesk::Work& work, PieceQueue& pieces) {
    // On Linux the niceness is that of the thread.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_niceness);
    try {
        work(pieces);
        pieces.close();
    } catch (...) {
        pieces.close(std::current_exception());
    }
}

}  // namespace

bool PieceQueue::put(std::string piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return abandoned_ || pieces_.size() < most_waiting; });
    if (abandoned_) return false;
    pieces_.push_back(std::move(piece));
    changed_.notify_all();
    return true;
}

bool PieceQueue::abandoned() const {
    const std::lock_guard lock(mutex_);
    return abandoned_;
}

std::optional<std::string> PieceQueue::take() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, short_wait, [this] { return closed_ || !pieces_.empty(); });
    if (!pieces_.empty()) {
        std::string piece = std::move(pieces_.front());
        pieces_.pop_front();
        changed_.notify_all();
        return piece;
    }
    if (failure_) std::rethrow_exception(failure_);
    if (closed_) return std::nullopt;
    return std::string();
}

void PieceQueue::abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
}

void PieceQueue::close(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    failure_ = std::move(failure);
    changed_.notify_all();
}

ExportDesk::~ExportDesk() {
    const std::lock_guard lock(mutex_);
    for (Job& job : jobs_)
        job.pieces->abandon();
    for (Job& job : jobs_)
        if (job.thread.joinable()) job.thread.join();
}

void ExportDesk::reap() {
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (!job->done) {
            ++job;
            continue;
        }
        job->thread.join();
        job = jobs_.erase(job);
    }
}

core::Result<http::ChunkSource> ExportDesk::begin(Work work) {
    const std::lock_guard lock(mutex_);
    reap();
    if (jobs_.size() >= places_) {
        return core::fail(
            core::ErrorCode::unavailable,
            "Too many downloads are being made at the moment; please try again in a few seconds.");
    }
    Job& job = jobs_.emplace_back();
    job.thread = std::thread([&job, work = std::move(work)]() mutable {
        run(work, *job.pieces);
        work = nullptr;  // what it holds (a connection) is free before its place is
        job.done = true;
    });
    return [reader = std::make_shared<Reader>(job.pieces)] { return reader->pieces->take(); };
}

}  // namespace silaware::portal
