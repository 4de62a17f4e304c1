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
constexpr std::chrono::milliseconds stop_patience{9'000};

}  // namespace

Supervisor::~Supervisor() {
    stop_all();
}

core::Result<void> Supervisor::start(const ChildCommand& command, const std::function<bool()>& ready,
                                     std::chrono::seconds patience) {
    children_.push_back({command, std::make_unique<ChildProcess>(command), Clock::now()});
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
        child.pause = std::clamp(child.pause * 2, first_pause, longest_pause);
        child.start_again = now + child.pause;
        spdlog::error("{} ended ({}); starting it again in {} ms", child.command.name,
                      child.process->ending(), child.pause.count());
        child.process.reset();
    }
    if (now < child.start_again) return;
    child.process = std::make_unique<ChildProcess>(child.command);
    child.started = now;
}

void Supervisor::stop_all() {
    while (!children_.empty()) {
        Child& last = children_.back();
        if (last.process) {
            last.process->terminate();
            last.process->wait_or_kill(stop_patience);
        }
        children_.pop_back();
    }
}

}  // namespace silaware::app
