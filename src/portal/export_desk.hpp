#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/error.hpp"
#include "http/response.hpp"

namespace silaware::portal {

/// How far a download is.
struct ExportProgress {
    std::string_view state;  ///< making, packing, sending, sent, failed, refused
    std::int64_t rows = 0;   ///< made so far
    std::int64_t bytes = 0;  ///< sent so far
};

/// The pieces of a download on their way from who makes them to who sends them; a few at most wait in it.
class PieceQueue {
  public:
    /// Waits for room. False once nobody reads any more.
    bool put(std::string piece);
    bool abandoned() const;

    /// The next piece; an empty one if there is none yet after a short wait; nothing at the end. Throws what
    /// the maker threw.
    std::optional<std::string> take();
    void abandon();
    /// No more pieces; `failure` if the download broke.
    void close(std::exception_ptr failure = nullptr);

    void note_rows(std::size_t rows) { rows_ = static_cast<std::int64_t>(rows); }
    /// All rows are there, the file is being put together.
    void note_packing() { packing_ = true; }
    void note_refused() { refused_ = true; }
    ExportProgress progress() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> pieces_;
    std::exception_ptr failure_;
    bool closed_ = false;
    bool abandoned_ = false;
    bool ended_ = false;  ///< whoever reads has come to the end
    std::int64_t sent_ = 0;
    std::atomic<std::int64_t> rows_ = 0;
    std::atomic<bool> packing_ = false;
    std::atomic<bool> refused_ = false;
};

/// Makes downloads beside the workers, a bounded number at once and behind the pages in the queue for the
/// processor.
class ExportDesk {
  public:
    using Work = std::function<void(PieceQueue&)>;

    explicit ExportDesk(std::size_t places) : places_(places) {}
    /// Ends what is under way.
    ~ExportDesk();
    ExportDesk(const ExportDesk&) = delete;
    ExportDesk& operator=(const ExportDesk&) = delete;

    /// A response body that sends what `work` puts; the work ends early when the client is gone. Error
    /// `unavailable` when all places are taken. A download with an `id` can be asked for its progress.
    core::Result<http::ChunkSource> begin(Work work, const std::string& id = {});
    /// Nothing for an id that is not known, or not any more.
    std::optional<ExportProgress> progress(const std::string& id) const;

  private:
    struct Job {
        std::shared_ptr<PieceQueue> pieces = std::make_shared<PieceQueue>();
        std::atomic<bool> done = false;
        std::thread thread;
    };
    void reap();
    void name(const std::string& id, std::shared_ptr<PieceQueue> pieces);

    const std::size_t places_;
    mutable std::mutex mutex_;
    std::list<Job> jobs_;
    std::deque<std::pair<std::string, std::shared_ptr<PieceQueue>>> named_;  ///< the newest last
};

}  // namespace silaware::portal
