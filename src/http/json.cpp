#include "http/json.hpp"

#include <charconv>
#include <cmath>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>

namespace silaware::http {
namespace {

namespace json = boost::json;
constexpr std::size_t max_depth = 32;

template <typename Number>
void append_number(std::string& out, Number number) {
    char buffer[400];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    out.append(buffer, end);
}

/// As a plain decimal where a person would write it as one: 100000, not 1e+05.
void append_real(std::string& out, double number) {
    const double size = std::abs(number);
    if (size != 0 && (size < 1e-6 || size >= 1e21)) return append_number(out, number);
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed).ptr;
    out.append(buffer, end);
}

void append(std::string& out, const json::value& value);

void append_object(std::string& out, const json::object& object) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : object) {
        if (!first) out += ',';
        first = false;
        out += json::serialize(json::string_view(key));
        out += ':';
        append(out, member);
    }
    out += '}';
}

void append_array(std::string& out, const json::array& array) {
    out += '[';
    bool first = true;
    for (const auto& element : array) {
        if (!first) out += ',';
        first = false;
        append(out, element);
    }
    out += ']';
}

void append(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            break;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            break;
        case json::kind::int64:
            append_number(out, value.get_int64());
            break;
        case json::kind::uint64:
            append_number(out, value.get_uint64());
            break;
        case json::kind::double_:
            if (std::isfinite(value.get_double()))
                append_real(out, value.get_double());
            else
                out += "null";
            break;
        case json::kind::string:
            out += json::serialize(json::string_view(value.get_string()));
            break;
        case json::kind::array:
            append_array(out, value.get_array());
            break;
        case json::kind::object:
            append_object(out, value.get_object());
            break;
    }
}

}  // namespace

std::string to_json(const json::value& value) {
    std::string out;
    append(out, value);
    return out;
}

core::Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = max_depth;
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error)
        return core::fail(core::ErrorCode::invalid, "The body is not valid JSON: " + error.message() + ".");
    return value;
}

}  // namespace silaware::http
