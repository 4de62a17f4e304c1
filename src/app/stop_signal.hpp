#pragma once

#include <signal.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace silaware::app {

/// SIGTERM and SIGINT as a stop token. To be made before any other thread, so that all of them leave the
/// signals to it.
class StopSignal {
  public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    void request_stop() { source_.request_stop(); }
    /// Until a signal comes.
    void wait() const;

  private:
    sigset_t signals_{};
    std::stop_source source_;
    std::jthread waiter_;
};

}  // namespace silaware::app
