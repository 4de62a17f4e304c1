#pragma once

#include <atomic>
#include <cstddef>

#include <boost/asio/thread_pool.hpp>

namespace silaware::http {

/// Threads that handlers run on, with a bounded queue before them.
class WorkerPool {
  public:
    WorkerPool(std::size_t threads, std::size_t queue_limit)
        : threads_(threads), places_(threads + queue_limit) {}

    /// False when the queue is full; otherwise leave() must follow.
    bool enter_if_room() {
        if (taken_.fetch_add(1) < places_) return true;
        leave();
        return false;
    }
    /// For what was begun and must go on; leave() must follow.
    void enter() { taken_.fetch_add(1); }
    void leave() { taken_.fetch_sub(1); }

    auto executor() { return threads_.get_executor(); }
    void join() { threads_.join(); }

  private:
    boost::asio::thread_pool threads_;
    const std::size_t places_;
    std::atomic<std::size_t> taken_ = 0;
};

}  // namespace silaware::http
