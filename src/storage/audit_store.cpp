#include "storage/audit_store.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "storage/like.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_entry = R"(
    INSERT INTO audit_log (at_ms, account, address, action, subject, before_value, after_value)
    VALUES (?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view count_entries = R"(
    SELECT COUNT(*) FROM audit_log
     WHERE ? = '%%' OR CONCAT_WS(' ', account, address, action, subject) LIKE ? ESCAPE '!')";
constexpr std::string_view list_entries = R"(
    SELECT id, at_ms, account, address, action, subject, before_value, after_value FROM audit_log
     WHERE ? = '%%' OR CONCAT_WS(' ', account, address, action, subject) LIKE ? ESCAPE '!'
     ORDER BY id DESC LIMIT ? OFFSET ?)";

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::optional<std::string> as_json(const Facts& facts) {
    if (facts.empty()) return std::nullopt;
    std::string text = "{";
    for (const auto& [name, value] : facts) {
        if (text.size() > 1) text += ',';
        text += quoted(name) + ':' + quoted(core::to_utf8(value));
    }
    return text + '}';
}

std::string fitting(std::string_view text, std::size_t limit) {
    return std::string(core::truncate_utf8(core::to_utf8(text), limit));
}

}  // namespace

void record_audit(Connection& connection, const Change& change, std::string_view action,
                  std::string_view subject, const Facts& before, const Facts& after) {
    connection.execute(insert_entry, core::epoch_ms(change.at), fitting(change.account, 255),
                       fitting(change.address, 64), action, fitting(subject, 255), as_json(before),
                       as_json(after));
}

void keep_differences(Facts& before, Facts& after) {
    for (auto fact = before.begin(); fact != before.end();) {
        const auto other = after.find(fact->first);
        if (other == after.end() || other->second != fact->second) {
            ++fact;
            continue;
        }
        after.erase(other);
        fact = before.erase(fact);
    }
}

core::Page<AuditEntry> AuditStore::list(const core::PageRequest& request) const {
    const std::string pattern = like_pattern(request.search);
    core::Page<AuditEntry> page{{}, request.page, request.per_page, 0};
    page.total = database_.select_one<std::int64_t>(count_entries, pattern, pattern).value_or(0);
    page.items =
        database_.select<AuditEntry>(list_entries, pattern, pattern, request.per_page, request.offset());
    return page;
}

}  // namespace silaware::storage
