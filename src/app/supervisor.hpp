#pragma once

#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <vector>

#include "app/child_process.hpp"
#include "core/error.hpp"

namespace silaware::app {

/// Starts children in order, starts again one that dies, and stops them: those of the last stage first, all
/// of a stage at once.
class Supervisor {
  public:
    ~Supervisor();

    /// Starts a child and waits until `ready` or it ends. Error `unavailable`: how it ended, and where its
    /// log is.
    core::Result<void> start(const ChildCommand& command, const std::function<bool()>& ready,
                             std::chrono::seconds patience);
    /// Children that are started from now on need those before, which outlive them.
    void begin_stage() { ++stage_; }
    /// Watches over all children until `stop`; to be called from the thread that started them.
    void watch(std::stop_token stop);
    void stop_all();

  private:
    struct Child {
        int stage;
        ChildCommand command;
        std::unique_ptr<ChildProcess> process;
        std::chrono::steady_clock::time_point started;
        std::chrono::steady_clock::time_point next_start{};
        std::chrono::milliseconds pause{};
    };

    void look_after(Child& child);
    void start_again(Child& child);
    static void postpone(Child& child, const std::string& reason);
    void stop_last_stage();

    int stage_ = 0;
    std::list<Child> children_;
};

}  // namespace silaware::app
