#include "app/recompute_progress.hpp"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace silaware::app {

namespace {

constexpr std::chrono::milliseconds show_every{200};

}  // namespace

RecomputeTerminal::RecomputeTerminal() : terminal_(isatty(STDOUT_FILENO) == 1) {}

ingest::Recompute::Listener RecomputeTerminal::listener() {
    return {.progress = [this](const ingest::RecomputeProgress& progress) { show(progress); },
            .changed =
                [this](const ingest::DeviceChanges& changes) {
                    clear_line();
                    fmt::print("{}: {}\n", changes.uid, changes.text());
                    std::fflush(stdout);
                }};
}

void RecomputeTerminal::show(const ingest::RecomputeProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now - shown_ < show_every) return;
    shown_ = now;
    line_shown_ = true;
    if (progress.readings == 0) {
        fmt::print("\r\x1b[Kobserved times of {} readings checked", progress.placed);
    } else {
        fmt::print("\r\x1b[K{} of {} devices done, {} readings", progress.device, progress.devices,
                   progress.readings);
    }
    std::fflush(stdout);
}

void RecomputeTerminal::clear_line() {
    if (line_shown_) fmt::print("\r\x1b[K");
    line_shown_ = false;
}

void RecomputeTerminal::end(const ingest::RecomputeResult& result) {
    clear_line();
    for (const std::string& problem : result.problems)
        fmt::print("{}\n", problem);
    fmt::print("{} readings looked at: {}\n", result.total.readings, result.total.text());
    if (!result.finished) fmt::print("stopped; run again, it does the rest\n");
    std::fflush(stdout);
}

}  // namespace silaware::app
