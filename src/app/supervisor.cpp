#include "app/supervisor.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace silaware::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::milliseconds first_pause{500};
constexpr std::chrono::milliseconds longest_pause{10'000};
constexpr std::chrono::minutes counts_as_healthy{1};
// For all of a stage together: ten seconds is what a stop may take, with the servers of the stage before.
constexpr std::chrono::milliseconds stop_patience{8'000};

}  // namespace

Supervisor::~Supervisor() {
    stop_all();
}

core::Result<void> Supervisor::start(const ChildCommand& command, const std::function<bool()>& ready,
                                     std::chrono::seconds patience) {
    children_.push_back({stage_, command, std::make_unique<ChildProcess>(command), Clock::now()});
    ChildProcess& process = *children_.back().process;
    const auto end = Clock::now() + patience;
    while (!ready()) {
        const std::string log = command.log ? "; see " + command.log->string() : std::string();
        if (!process.is_running()) {
            return core::fail(core::ErrorCode::unavailable,
                              fmt::format("{} did not start: {}{}", command.name, process.ending(), log));
        }
        if (Clock::now() > end) {
            return core::fail(core::ErrorCode::unavailable, fmt::format("{} was not ready after {} s{}",
                                                                        command.name, patience.count(), log));
        }
        std::this_thread::sleep_for(look_every);
    }
    return {};
}

void Supervisor::watch(std::stop_token stop) {
    while (!stop.stop_requested()) {
        for (Child& child : children_)
            look_after(child);
        std::this_thread::sleep_for(look_every);
    }
}

void Supervisor::look_after(Child& child) {
    const auto now = Clock::now();
    if (child.process) {
        if (child.process->is_running()) return;
        if (now - child.started > counts_as_healthy) child.pause = {};
        const std::string ending = child.process->ending();
        child.process.reset();
        postpone(child, fmt::format("ended ({})", ending));
    }
    if (now >= child.next_start) start_again(child);
}

/// The machine may have no memory, or no process left, at the moment.
void Supervisor::start_again(Child& child) {
    try {
        child.process = std::make_unique<ChildProcess>(child.command);
        child.started = Clock::now();
    } catch (const std::exception& error) {
        postpone(child, fmt::format("did not start ({})", error.what()));
    }
}

void Supervisor::postpone(Child& child, const std::string& reason) {
    child.pause = std::clamp(child.pause * 2, first_pause, longest_pause);
    child.next_start = Clock::now() + child.pause;
    spdlog::error("{} {}; starting it again in {} ms", child.command.name, reason, child.pause.count());
}

void Supervisor::stop_all() {
    while (!children_.empty())
        stop_last_stage();
}

void Supervisor::stop_last_stage() {
    const int stage = children_.back().stage;
    const auto end = Clock::now() + stop_patience;
    for (Child& child : children_)
        if (child.stage == stage && child.process) child.process->terminate();
    while (!children_.empty() && children_.back().stage == stage) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (children_.back().process)
            children_.back().process->wait_or_kill(std::max(left, std::chrono::milliseconds{0}));
        children_.pop_back();
    }
}

}  // namespace silaware::app
