#include "app/backup_file.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "app/gzip_file.hpp"
#include "core/text.hpp"

namespace silaware::app {

namespace {

constexpr std::string_view first_line = "-- silaware backup 1\n";
constexpr std::size_t longest_head = 4096;

/// The value of the line `-- name value`; empty if there is none.
std::string value_of(std::string_view head, std::string_view name) {
    const std::string start = fmt::format("\n-- {} ", name);
    const auto at = head.find(start);
    if (at == std::string_view::npos) return {};
    const auto begin = at + start.size();
    return std::string(head.substr(begin, head.find('\n', begin) - begin));
}

/// The first and the last bytes of the uncompressed text, all of which is read.
struct Ends {
    std::string head;
    std::string tail;
};

Ends read_through(const std::filesystem::path& file) {
    GzipReader reader(file);
    Ends ends;
    std::array<char, 256 * 1024> buffer;
    while (const std::size_t count = reader.read(buffer)) {
        const std::string_view piece(buffer.data(), count);
        ends.head.append(piece.substr(0, longest_head - std::min(longest_head, ends.head.size())));
        ends.tail.append(piece.substr(piece.size() - std::min(piece.size(), backup_end.size())));
        ends.tail.erase(0, ends.tail.size() - std::min(ends.tail.size(), backup_end.size()));
    }
    return ends;
}

}  // namespace

std::string BackupHead::text() const {
    std::string lines =
        fmt::format("{}-- schema {}\n-- version {}\n-- made-at {}\n", first_line, schema, version, made_at);
    if (!secret_key.empty()) lines += fmt::format("-- secret-key {}\n", secret_key);
    return lines;
}

core::Result<BackupHead> check_backup(const std::filesystem::path& file) {
    const auto refuse = [&](std::string_view why) {
        return core::fail(core::ErrorCode::invalid, fmt::format("{} {}", file.string(), why));
    };
    try {
        const Ends ends = read_through(file);
        if (!ends.head.starts_with(first_line)) return refuse("is not a backup made by \"silaware backup\"");
        if (ends.tail != backup_end) return refuse("was cut off: its last line is missing");
        return BackupHead{static_cast<int>(core::parse_integer(value_of(ends.head, "schema")).value_or(0)),
                          value_of(ends.head, "version"), value_of(ends.head, "made-at"),
                          value_of(ends.head, "secret-key")};
    } catch (const std::runtime_error& error) {
        return core::fail(core::ErrorCode::invalid, error.what());
    }
}

}  // namespace silaware::app
