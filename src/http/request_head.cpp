#include "http/request_head.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "http/cookie.hpp"
#include "http/header_text.hpp"
#include "http/query.hpp"

namespace silaware::http {
namespace {

namespace beast_http = boost::beast::http;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

Method method_of(beast_http::verb verb) {
    switch (verb) {
        case beast_http::verb::get:
            return Method::get;
        case beast_http::verb::head:
            return Method::head;
        case beast_http::verb::post:
            return Method::post;
        case beast_http::verb::put:
            return Method::put;
        case beast_http::verb::patch:
            return Method::patch;
        case beast_http::verb::delete_:
            return Method::del;
        case beast_http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

bool is_host(std::string_view host) {
    return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view(".-_~:[]%").find(c) != std::string_view::npos;
    });
}

core::Result<void> check(const RawHead& raw) {
    const auto refuse = [](const char* why) { return core::fail(core::ErrorCode::invalid, why); };
    if (raw.version() != 11 && raw.version() != 10)
        return refuse("Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    if (raw.count(beast_http::field::transfer_encoding) > 0)
        return refuse("Transfer-Encoding is not taken here.");
    if (raw.count(beast_http::field::content_length) > 1) return refuse("Content-Length was sent twice.");
    if (raw.count(beast_http::field::host) > 1) return refuse("Host was sent twice.");
    const auto host = raw.find(beast_http::field::host);
    if (host == raw.end() && raw.version() == 11) return refuse("Host is missing.");
    if (host != raw.end() && !is_host(view(host->value()))) return refuse("Host is malformed.");
    for (const auto& field : raw)
        if (!is_token(view(field.name_string())) || !is_field_value(view(field.value())))
            return refuse("A header is malformed.");
    return {};
}

void copy_fields(const RawHead& raw, RequestHead& head) {
    std::string cookies;
    for (const auto& field : raw) {
        head.header_fields.add(core::lower_ascii(view(field.name_string())),
                               std::string(core::trim(view(field.value()))));
        if (field.name() == beast_http::field::cookie) cookies += std::string(view(field.value())) + ';';
    }
    head.cookies = parse_cookies(cookies);
}

void apply_proxies(std::string_view peer, const TrustedProxies& proxies, RequestHead& head) {
    head.client_address = peer;
    if (!proxies.trusts(peer)) return;
    std::string forwarded_for;
    for (const auto& line : head.header_fields.all("x-forwarded-for"))
        forwarded_for += (forwarded_for.empty() ? "" : ",") + line;
    head.client_address = proxies.client(peer, forwarded_for);
    // The last proxy's word counts; the ones before it may be the client's own.
    const auto schemes = head.header_fields.all("x-forwarded-proto");
    if (schemes.empty()) return;
    const std::string_view scheme = schemes.back();
    const auto comma = scheme.find_last_of(',');
    head.secure = equals_ignoring_case(
        core::trim(scheme.substr(comma == std::string_view::npos ? 0 : comma + 1)), "https");
}

}  // namespace

core::Result<RequestHead> read_head(const RawHead& raw, std::string_view peer,
                                    const TrustedProxies& proxies) {
    if (auto checked = check(raw); !checked) return core::fail(checked.error());
    RequestHead head;
    head.method = method_of(raw.method());
    head.target = view(raw.target());
    if (head.method == Method::options && head.target == "*") {
        head.path = "*";
    } else {
        auto target = parse_target(head.target);
        if (!target) return core::fail(target.error());
        head.path = std::move(target->path);
        head.query_params = std::move(target->query);
    }
    if (const auto length = raw.find(beast_http::field::content_length); length != raw.end()) {
        const auto digits = view(length->value());
        const auto bytes = core::parse_integer(digits);
        if (!bytes || *bytes < 0 || digits.find_first_not_of("0123456789") != std::string_view::npos)
            return core::fail(core::ErrorCode::invalid, "Content-Length is malformed.");
        head.content_length = static_cast<std::size_t>(*bytes);
    }
    copy_fields(raw, head);
    apply_proxies(peer, proxies, head);
    return head;
}

}  // namespace silaware::http
