#include "portal/export_desk.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <system_error>

namespace silaware::portal {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 16;
constexpr auto short_wait = 10ms;
constexpr std::size_t most_named = 64;
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
        sent_ += static_cast<std::int64_t>(piece.size());
        changed_.notify_all();
        return piece;
    }
    if (failure_) std::rethrow_exception(failure_);
    if (!closed_) return std::string();
    ended_ = true;
    return std::nullopt;
}

ExportProgress PieceQueue::progress() const {
    const std::lock_guard lock(mutex_);
    const std::string_view state = refused_                            ? "refused"
                                   : ended_                            ? "sent"
                                   : abandoned_ || failure_ != nullptr ? "failed"
                                   : sent_ > 0                         ? "sending"
                                   : packing_                          ? "packing"
                                                                       : "making";
    return {state, rows_, sent_};
}

void PieceQueue::abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    pieces_.clear();
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

void ExportDesk::name(const std::string& id, std::shared_ptr<PieceQueue> pieces) {
    if (id.empty()) return;
    named_.emplace_back(id, std::move(pieces));
    if (named_.size() > most_named) named_.pop_front();
}

std::optional<ExportProgress> ExportDesk::progress(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto named = std::find_if(named_.rbegin(), named_.rend(),
                                    [&](const auto& download) { return download.first == id; });
    if (named == named_.rend()) return std::nullopt;
    return named->second->progress();
}

core::Result<http::ChunkSource> ExportDesk::begin(Work work, const std::string& id) {
    const std::lock_guard lock(mutex_);
    reap();
    if (jobs_.size() >= places_) {
        const auto refused = std::make_shared<PieceQueue>();
        refused->note_refused();
        name(id, refused);
        return core::fail(
            core::ErrorCode::unavailable,
            "Too many downloads are being made at the moment; please try again in a few seconds.");
    }
    Job& job = jobs_.emplace_back();
    try {
        job.thread = std::thread([&job, work = std::move(work)]() mutable {
            run(work, *job.pieces);
            work = nullptr;  // what it holds (a connection) is free before its place is
            job.done = true;
        });
    } catch (const std::system_error&) {
        jobs_.pop_back();  // there is no thread to free the place
        throw;
    }
    name(id, job.pieces);
    return [reader = std::make_shared<Reader>(job.pieces)] { return reader->pieces->take(); };
}

}  // namespace silaware::portal
