#include "app/former_filters.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

namespace silaware::app {

namespace {

constexpr std::size_t most_remembered = 64;  ///< unsubscribing costs a packet each at every connect

std::vector<std::string> read_lines(const std::filesystem::path& file) {
    std::vector<std::string> lines;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

}  // namespace

core::Result<std::vector<std::string>> former_filters(const std::filesystem::path& folder,
                                                      const std::vector<std::string>& filters) {
    const auto file = folder / "subscriptions";
    std::vector<std::string> former = read_lines(file);
    std::erase_if(former, [&](const std::string& filter) { return std::ranges::count(filters, filter) > 0; });
    if (former.size() > most_remembered) former.resize(most_remembered);

    const auto draft = folder / "subscriptions.new";
    std::ofstream stream(draft, std::ios::trunc);
    for (const std::string& filter : filters)
        stream << filter << '\n';
    for (const std::string& filter : former)
        stream << filter << '\n';
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
