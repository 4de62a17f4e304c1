#include "app/stop_signal.hpp"

#include <condition_variable>
#include <ctime>
#include <mutex>

namespace silaware::app {

StopSignal::StopSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    signal(SIGPIPE, SIG_IGN);
    waiter_ = std::jthread([this](std::stop_token end) {
        const timespec moment{0, 200'000'000};
        while (!end.stop_requested()) {
            if (sigtimedwait(&signals_, nullptr, &moment) > 0) source_.request_stop();
        }
    });
}

StopSignal::~StopSignal() {
    waiter_.request_stop();
}

void StopSignal::wait() const {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, source_.get_token(), [] { return false; });
}

}  // namespace silaware::app
