#include "portal/answers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/zone_name.hpp"
#include "portal/cookies.hpp"

namespace silaware::portal {

namespace {

/// A number as text; nothing for a long one with a fraction, whose digits are lost: an id must not become
/// another.
std::optional<std::string> digits_of(const boost::json::value* value) {
    if (value == nullptr || !value->is_number()) return std::nullopt;
    if (const auto* number = value->if_int64()) return fmt::format("{}", *number);
    if (const auto* number = value->if_uint64()) return fmt::format("{}", *number);
    auto text = fmt::format("{}", value->get_double());
    if (text.find('e') != text.npos) return std::nullopt;
    return text;
}

}  // namespace

std::string language_of(const Portal& portal, const http::RequestHead& request, const Visitor& visitor) {
    const auto& texts = portal.renderer.texts();
    if (!visitor.language.empty() && texts.speaks(visitor.language)) return visitor.language;
    const auto chosen = request.cookie(language_cookie_name);
    if (chosen && texts.speaks(*chosen)) return *chosen;
    return texts.preferred(request.header("accept-language").value_or(""));
}

void fill_chrome(view::Chrome& chrome, const Portal& portal, const http::RequestHead& request,
                 const Visitor& visitor) {
    chrome.username = visitor.username;
    chrome.role = visitor.signed_in() ? std::string(name(visitor.role)) : std::string();
    chrome.csrf_token = visitor.csrf_token;
    chrome.language = language_of(portal, request, visitor);
    chrome.path = request.target;
    chrome.version = portal.settings.version;
    chrome.timezone = portal.zone.name();
    chrome.site_time = core::zone_description(portal.zone, portal.now());
    chrome.broker = portal.settings.broker;
    chrome.currency = portal.settings.currency;
    chrome.mail = portal.settings.mail_is_set;
}

core::PageRequest page_request(const http::RequestHead& request) {
    constexpr std::int64_t most_per_page = 100;
    constexpr std::int64_t last_page = 1'000'000'000;
    core::PageRequest wanted;
    const auto positive = [&](std::string_view name, std::int64_t fallback, std::int64_t most) {
        const auto number = core::parse_number(request.query(name).value_or(""));
        if (!number || *number < 1 || *number != std::floor(*number)) return fallback;
        return static_cast<std::int64_t>(std::min(*number, static_cast<double>(most)));
    };
    wanted.page = positive("page", wanted.page, last_page);
    wanted.per_page = positive("per_page", wanted.per_page, most_per_page);
    wanted.search = std::string(core::trim(request.query("search").value_or("")));
    return wanted;
}

boost::json::value instant(const Portal& portal, std::optional<core::Instant> at) {
    if (!at) return nullptr;
    return boost::json::string(portal.zone.iso8601(*at));
}

boost::json::value instant_ms(const Portal& portal, std::optional<std::int64_t> epoch_ms) {
    if (!epoch_ms) return nullptr;
    return instant(portal, core::from_epoch_ms(*epoch_ms));
}

storage::Change change_by(const Portal& portal, const http::RequestHead& request, const Visitor& visitor) {
    return {visitor.username, request.client_address, portal.now()};
}

core::Result<std::int64_t> path_id(const http::RequestHead& request) {
    const std::string text = request.param("id").value_or("");
    const bool digits =
        !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) return core::fail(core::ErrorCode::not_found, "There is nothing with this number.");
    return *core::parse_integer(text);
}

bool Fields::has(std::string_view name) const {
    return input_.contains(name);
}

std::optional<std::string> Fields::raw(std::string_view name) {
    const auto* value = input_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (const auto* text = value->if_string()) return std::string(*text);
    refuse(name, "This must be text.");
    return std::nullopt;
}

std::optional<std::string> Fields::text(std::string_view name) {
    if (auto digits = digits_of(input_.if_contains(name))) return digits;
    auto value = raw(name);
    if (value) value = std::string(core::trim(*value));
    return value;
}

std::optional<double> Fields::number(std::string_view name) {
    const auto* value = input_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    std::optional<double> number;
    if (value->is_number()) {
        number = value->to_number<double>();
    } else if (const auto* text = value->if_string()) {
        if (core::trim(*text).empty()) return std::nullopt;
        number = core::parse_number(*text);
    }
    if (!number || !std::isfinite(*number)) {
        refuse(name, "This must be a number.");
        return std::nullopt;
    }
    return number;
}

std::optional<bool> Fields::boolean(std::string_view name) {
    const auto* value = input_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (const auto* truth = value->if_bool()) return *truth;
    const std::string word = core::lower_ascii(text(name).value_or("?"));
    if (word.empty()) return std::nullopt;
    for (const std::string_view yes : {"true", "yes", "1"})
        if (word == yes) return true;
    for (const std::string_view no : {"false", "no", "0"})
        if (word == no) return false;
    refuse(name, "This must be yes or no.");
    return std::nullopt;
}

void Fields::refuse(std::string_view name, std::string sentence) {
    problems_.try_emplace(std::string(name), std::move(sentence));
}

core::Result<void> Fields::check() const {
    if (problems_.empty()) return {};
    return core::fail(core::Error{core::ErrorCode::invalid, "Some values can't be accepted.", problems_});
}

}  // namespace silaware::portal
