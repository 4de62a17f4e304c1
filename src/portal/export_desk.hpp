#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "http/response.hpp"

namespace silaware::portal {

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

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> pieces_;
    std::exception_ptr failure_;
    bool closed_ = false;
    bool abandoned_ = false;
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
    /// `unavailable` when all places are taken.
    core::Result<http::ChunkSource> begin(Work work);

  private:
    struct Job {
        std::shared_ptr<PieceQueue> pieces = std::make_shared<PieceQueue>();
        std::atomic<bool> done = false;
        std::thread thread;
    };
    void reap();

    const std::size_t places_;
    std::mutex mutex_;
    std::list<Job> jobs_;
};

}  // namespace silaware::portal
