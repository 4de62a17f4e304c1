#include "app/former_subscriptions.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>

namespace silaware::app {

namespace {

constexpr std::size_t most_remembered = 64;  ///< unsubscribing costs a packet each at every connect
constexpr char separator = '\t';
constexpr std::array<std::string_view, 3> names = {"utils", "power", "climate"};  // of ingest::Telemetry

Subscription parse_line(const std::string& line) {
    const auto end = line.find(separator);
    Subscription subscription{line.substr(0, end)};
    if (end == std::string::npos) return subscription;
    const auto name = std::ranges::find(names, std::string_view(line).substr(end + 1));
    if (name != names.end()) subscription.telemetry = static_cast<ingest::Telemetry>(name - names.begin());
    return subscription;
}

std::string line_of(const Subscription& subscription) {
    if (!subscription.telemetry) return subscription.filter + '\n';
    return fmt::format("{}{}{}\n", subscription.filter, separator,
                       names.at(static_cast<std::size_t>(*subscription.telemetry)));
}

std::vector<Subscription> read_lines(const std::filesystem::path& file) {
    std::vector<Subscription> subscriptions;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) subscriptions.push_back(parse_line(line));
    }
    return subscriptions;
}

}  // namespace

core::Result<std::vector<Subscription>> former_subscriptions(const std::filesystem::path& folder,
                                                             const std::vector<Subscription>& current) {
    const auto file = folder / "subscriptions";
    std::vector<Subscription> former = read_lines(file);
    std::erase_if(former, [&](const Subscription& subscription) {
        return std::ranges::count(current, subscription.filter, &Subscription::filter) > 0;
    });
    if (former.size() > most_remembered) former.resize(most_remembered);

    const auto draft = folder / "subscriptions.new";
    std::ofstream stream(draft, std::ios::trunc);
    for (const Subscription& subscription : current)
        stream << line_of(subscription);
    for (const Subscription& subscription : former)
        stream << line_of(subscription);
    stream.close();
    std::error_code failed;
    if (stream) std::filesystem::rename(draft, file, failed);
    if (!stream || failed) {
        return core::fail(
            core::ErrorCode::unavailable,
            fmt::format("can't write {}: are its folder's rights and disk in order?", file.string()));
    }
    return former;
}

}  // namespace silaware::app
