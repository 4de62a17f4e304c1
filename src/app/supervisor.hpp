#pragma once

#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <vector>

#include "app/child_process.hpp"
#include "core/error.hpp"

namespace silaware::app {

/// Starts children in order, starts again one that dies, and stops them in the opposite order.
class Supervisor {
  public:
    ~Supervisor();

    /// Starts a child and waits until `ready` or it ends. Error `unavailable`: how it ended, and where its
    /// log is.
    core::Result<void> start(const ChildCommand& command, const std::function<bool()>& ready,
                             std::chrono::seconds patience);
    /// Watches over all children until `stop`; to be called from the thread that started them.
    void watch(std::stop_token stop);
    void stop_all();

  private:
    struct Child {
        ChildCommand command;
        std::unique_ptr<ChildProcess> process;
        std::chrono::steady_clock::time_point started;
        std::chrono::steady_clock::time_point start_again{};
        std::chrono::milliseconds pause{};
    };

    void look_after(Child& child);

    std::list<Child> children_;
};

}  // namespace silaware::app
