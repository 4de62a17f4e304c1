#include "portal/errors.hpp"

#include <fmt/format.h>

#include "portal/answers.hpp"

namespace silaware::portal {

namespace {

/// So that the page keeps its menu; not worth a second error.
Visitor visitor_if_known(const Portal& portal, const http::RequestHead& request) {
    try {
        return identify(portal, request).value_or(Visitor{});
    } catch (const storage::DatabaseError&) {
        return {};
    }
}

}  // namespace

http::Response render_error(const Portal& portal, const http::RequestHead& request,
                            const core::Error& english) {
    const auto error = in_language(portal, language_of(portal, request, {}), english);
    auto plain = http::error_response(error);
    if (error.code == core::ErrorCode::unauthorized) plain.set("WWW-Authenticate", "Bearer");
    if (!request.accepts_html() || request.wants_json()) return plain;
    view::ErrorPage page;
    page.status = plain.status();
    const bool asks_database = page.status < 500;
    const auto visitor = asks_database ? visitor_if_known(portal, request) : Visitor{};
    fill_chrome(page, portal, request, visitor);
    page.message = in_language(portal, language_of(portal, request, visitor), english).message;
    auto response = http::Response::html(portal.renderer.render(page), plain.status());
    for (const auto* name : {"Retry-After", "WWW-Authenticate"}) {
        if (const auto value = plain.header(name)) response.set(name, *value);
    }
    return response;
}

http::Response render_error(const Portal& portal, const http::RequestHead& request, const core::Error& error,
                            std::optional<core::Seconds> retry_after) {
    auto response = render_error(portal, request, error);
    if (retry_after) response.set("Retry-After", std::to_string(retry_after->count()));
    return response;
}

namespace {

std::optional<std::string> said(const view::Catalogue& texts, std::string_view language,
                                const std::string& sentence) {
    if (const auto* whole = texts.find(language, "say." + sentence)) return *whole;
    const auto begin = sentence.find('"');
    const auto end = sentence.rfind('"');
    if (begin == end) return std::nullopt;
    const std::string quoted = sentence.substr(begin + 1, end - begin - 1);
    const std::string key = sentence.substr(0, begin + 1) + "{}" + sentence.substr(end);
    const auto* pattern = texts.find(language, "say." + key);
    if (pattern == nullptr) return std::nullopt;
    std::string result = *pattern;
    if (const auto place = result.find("{}"); place != result.npos) result.replace(place, 2, quoted);
    return result;
}

}  // namespace

std::string in_language(const view::Catalogue& texts, std::string_view language, std::string sentence) {
    if (auto whole = said(texts, language, sentence)) return *whole;
    constexpr std::string_view colon = ": ";
    const auto at = sentence.find(colon);
    if (at == sentence.npos) return sentence;
    const std::string first = sentence.substr(0, at);
    const std::string rest = sentence.substr(at + colon.size());
    return fmt::format("{}: {}", said(texts, language, first).value_or(first),
                       said(texts, language, rest).value_or(rest));
}

core::Error in_language(const Portal& portal, std::string_view language, core::Error error) {
    const auto& texts = portal.renderer.texts();
    error.message = in_language(texts, language, std::move(error.message));
    for (auto& [field, sentence] : error.fields)
        sentence = in_language(texts, language, std::move(sentence));
    return error;
}

bool is_unavailable(const storage::DatabaseError& error) {
    return error.is_refusal() || dynamic_cast<const storage::DatabaseUnavailable*>(&error) != nullptr;
}

core::Error database_gone() {
    return {
        core::ErrorCode::unavailable, "The database can't be reached at the moment. Try again shortly.", {}};
}

core::Error many_sign_in() {
    return {core::ErrorCode::unavailable,
            "Many people are signing in at this moment: try again in a few seconds.",
            {}};
}

}  // namespace silaware::portal
