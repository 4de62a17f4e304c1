#include "http/request.hpp"

#include "core/text.hpp"
#include "http/form.hpp"
#include "http/header_text.hpp"
#include "http/json.hpp"

namespace silaware::http {

std::string_view name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::del:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            break;
    }
    return "OTHER";
}

std::optional<std::string> Params::find(std::string_view name) const {
    for (const auto& [key, value] : items_)
        if (key == name) return value;
    return std::nullopt;
}

std::vector<std::string> Params::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : items_)
        if (key == name) values.push_back(value);
    return values;
}

std::optional<std::string> RequestHead::header(std::string_view name) const {
    return header_fields.find(core::lower_ascii(name));
}

std::optional<std::string> RequestHead::bearer_token() const {
    constexpr std::string_view scheme = "bearer ";
    const auto value = header("authorization");
    if (!value) return std::nullopt;
    const auto text = core::trim(*value);
    if (!equals_ignoring_case(text.substr(0, scheme.size()), scheme)) return std::string();
    return std::string(core::trim(text.substr(scheme.size())));
}

bool RequestHead::wants_json() const {
    return header("x-requested-with") || list_accepts(header("accept").value_or(""), "application/json");
}

bool RequestHead::accepts_html() const {
    return list_accepts(header("accept").value_or(""), "text/html");
}

std::string RequestHead::content_type() const {
    const auto value = header("content-type").value_or("");
    return core::lower_ascii(core::trim(std::string_view(value).substr(0, value.find(';'))));
}

core::Result<Params> Request::form() const {
    if (content_type() != "application/x-www-form-urlencoded")
        return core::fail(core::ErrorCode::invalid,
                          "A form (application/x-www-form-urlencoded) is expected.");
    return parse_urlencoded(body);
}

core::Result<boost::json::value> Request::json() const {
    if (content_type() != "application/json")
        return core::fail(core::ErrorCode::invalid,
                          "A JSON body (Content-Type: application/json) is expected.");
    return parse_json(body);
}

core::Result<boost::json::object> Request::input() const {
    if (body.empty()) return boost::json::object();
    if (content_type() == "application/json") {
        auto value = parse_json(body);
        if (!value) return core::fail(value.error());
        if (!value->is_object())
            return core::fail(core::ErrorCode::invalid, "The JSON body must be an object.");
        return std::move(value->get_object());
    }
    if (content_type() != "application/x-www-form-urlencoded")
        return core::fail(core::ErrorCode::invalid, "The body must be JSON or an urlencoded form.");
    const auto fields = parse_urlencoded(body);
    if (!fields) return core::fail(fields.error());
    boost::json::object object;
    for (const auto& [key, value] : *fields)
        object[key] = value;
    return object;
}

}  // namespace silaware::http
