#include "storage/quarantine_queries.hpp"

#include "storage/like.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view source = R"(
      FROM quarantine
     WHERE (? = '' OR topic = ?)
       AND (? = '' OR topic LIKE ? ESCAPE '!' OR reason LIKE ? ESCAPE '!' OR payload LIKE ? ESCAPE '!'))";
constexpr std::string_view columns = "SELECT id, topic, reason, payload, received_ms";
constexpr std::string_view newest_first = " ORDER BY received_ms DESC, id DESC LIMIT ? OFFSET ?";

}  // namespace

core::Page<QuarantinedMessage> find_quarantined(Connection& connection, const std::string& topic,
                                                const core::PageRequest& request) {
    const std::string pattern = like_pattern(request.search);
    core::Page<QuarantinedMessage> page{{}, request.page, request.per_page, 0};
    page.total = connection
                     .select_one<std::int64_t>("SELECT COUNT(*)" + std::string(source), topic, topic,
                                               request.search, pattern, pattern, pattern)
                     .value_or(0);
    const std::string sql = std::string(columns).append(source).append(newest_first);
    page.items = connection.select<QuarantinedMessage>(sql, topic, topic, request.search, pattern, pattern,
                                                       pattern, request.per_page, request.offset());
    return page;
}

}  // namespace silaware::storage
