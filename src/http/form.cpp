#include "http/form.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "http/query.hpp"

namespace silaware::http {
namespace {

constexpr std::size_t max_fields = 1000;

std::optional<std::string> decode_component(std::string_view raw) {
    std::string spaced(raw);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    auto decoded = percent_decode(spaced);
    if (!decoded || decoded->find('\0') != std::string::npos || !core::is_utf8(*decoded)) return std::nullopt;
    return decoded;
}

}  // namespace

core::Result<Params> parse_urlencoded(std::string_view text) {
    Params params;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        if (params.size() == max_fields)
            return core::fail(core::ErrorCode::invalid, "More than 1,000 fields were sent.");
        const auto equals = std::min(pair.find('='), pair.size());
        auto key = decode_component(pair.substr(0, equals));
        auto value = decode_component(pair.substr(std::min(equals + 1, pair.size())));
        if (!key || !value)
            return core::fail(core::ErrorCode::invalid, "A field of the query or form is malformed.");
        params.add(std::move(*key), std::move(*value));
    }
    return params;
}

}  // namespace silaware::http
