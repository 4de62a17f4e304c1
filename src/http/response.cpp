#include "http/response.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/header_text.hpp"
#include "http/json.hpp"
#include "http/query.hpp"

namespace silaware::http {
namespace {

std::shared_ptr<const int> open_for_reading(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return nullptr;
    return {new int(descriptor), [](const int* owned) {
                ::close(*owned);
                delete owned;
            }};
}

void check_line(std::string_view name, std::string_view value) {
    if (!is_token(name) || !is_field_value(value))
        throw std::invalid_argument(fmt::format("header {} would break out of its line", name));
}

// For clients that do not know RFC 6266's `filename*`.
std::string ascii_fallback(std::string_view file_name) {
    std::string plain;
    for (const char c : file_name)
        plain += c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/' ? '_' : c;
    return plain;
}

}  // namespace

Response::Response(int status, std::string content_type, Body body)
    : status_(status), body_(std::move(body)) {
    set("Content-Type", content_type);
}

Response Response::json(const boost::json::value& value, int status) {
    return {status, "application/json", to_json(value)};
}

Response Response::html(std::string page, int status) {
    return {status, "text/html; charset=utf-8", std::move(page)};
}

Response Response::text(std::string text, int status) {
    return {status, "text/plain; charset=utf-8", std::move(text)};
}

Response Response::redirect(std::string_view location, int status) {
    Response response(status);
    response.set("Location", location);
    return response;
}

Response Response::stream(std::string content_type, ChunkSource next) {
    return {200, std::move(content_type), StreamBody{std::move(next)}};
}

core::Result<Response> Response::file(const std::filesystem::path& path, std::string content_type,
                                      AfterOpening after, std::shared_ptr<const void> guard) {
    auto descriptor = open_for_reading(path);
    struct stat about{};
    if (!descriptor || ::fstat(*descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        const auto reason = std::generic_category().message(errno);
        return core::fail(core::ErrorCode::internal,
                          fmt::format("{} can't be read: {}", path.string(), reason));
    }
    if (after == AfterOpening::unlink) ::unlink(path.c_str());
    FileBody body{std::move(descriptor), static_cast<std::size_t>(about.st_size), std::move(guard)};
    return Response(200, std::move(content_type), std::move(body));
}

Response Response::events(std::shared_ptr<EventHub> hub, std::string initial) {
    Response response(200, "text/event-stream", EventBody{std::move(hub), std::move(initial)});
    response.set("X-Accel-Buffering", "no");  // nginx and Passenger would hold events back
    return response;
}

Response& Response::set(std::string_view name, std::string_view value) {
    check_line(name, value);
    std::erase_if(headers_, [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    headers_.emplace_back(name, value);
    return *this;
}

Response& Response::add(std::string_view name, std::string_view value) {
    check_line(name, value);
    headers_.emplace_back(name, value);
    return *this;
}

Response& Response::set_cookie(const Cookie& cookie) {
    return add("Set-Cookie", format_cookie(cookie));
}

Response& Response::attachment(std::string_view file_name) {
    return set("Content-Disposition", fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}",
                                                  ascii_fallback(file_name), percent_encode(file_name)));
}

std::optional<std::string> Response::header(std::string_view name) const {
    for (const auto& [key, value] : headers_)
        if (equals_ignoring_case(key, name)) return value;
    return std::nullopt;
}

std::string_view Response::body_text() const {
    if (const auto* text = std::get_if<std::string>(&body_)) return *text;
    if (const auto* shared = std::get_if<SharedBody>(&body_)) return **shared;
    return {};
}

int status_of(core::ErrorCode code) {
    switch (code) {
        case core::ErrorCode::invalid:
            return 400;
        case core::ErrorCode::unauthorized:
            return 401;
        case core::ErrorCode::forbidden:
            return 403;
        case core::ErrorCode::not_found:
            return 404;
        case core::ErrorCode::conflict:
            return 409;
        case core::ErrorCode::too_large:
            return 413;
        case core::ErrorCode::too_many:
            return 429;
        case core::ErrorCode::unavailable:
            return 503;
        case core::ErrorCode::internal:
            break;
    }
    return 500;
}

Response error_response(const core::Error& error) {
    boost::json::object fields;
    for (const auto& [field, sentence] : error.fields)
        fields[field] = sentence;
    auto response = Response::json(
        {{"error", error.message}, {"code", core::name(error.code)}, {"fields", std::move(fields)}},
        status_of(error.code));
    if (error.code == core::ErrorCode::unavailable) response.set("Retry-After", "2");
    if (error.code == core::ErrorCode::too_many) response.set("Retry-After", "900");
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return status < 400 ? "OK" : "Error";
    }
}

}  // namespace silaware::http
