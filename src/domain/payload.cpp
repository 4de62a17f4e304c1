#include "domain/payload.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

#include "core/text.hpp"

namespace silaware::domain {

namespace {

namespace json = boost::json;
using boost::system::error_code;
using core::ErrorCode;
using core::fail;

constexpr std::size_t usual_text = 64;
constexpr std::int64_t largest_count = (std::int64_t{1} << 53) - 1;  // exact in every JSON implementation

/// The value of plain decimals as meters send them, several times faster than the general conversion: up to
/// 15 digits and the power of ten are exact as doubles, so that their quotient is the nearest double.
std::optional<double> plain_decimal(std::string_view text) {
    constexpr std::array powers = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.size() > powers.size()) return std::nullopt;
    std::int64_t digits = 0;
    std::size_t decimals = 0;
    bool behind_point = false;
    for (const char c : text) {
        if (c == '.' && !behind_point) {
            behind_point = true;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        digits = digits * 10 + (c - '0');
        decimals += behind_point ? 1 : 0;
    }
    if (!behind_point) return std::nullopt;
    const double value = static_cast<double>(digits) / powers[decimals];
    return negative ? -value : value;
}

double nearest_double(std::string_view text, double otherwise) {
    if (const auto value = plain_decimal(text)) return *value;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

/// Builds the document. The library converts fractions fast but not to the nearest double, which registers
/// need, so the text of each fraction is read again.
struct Builder {
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    explicit Builder(json::storage_ptr values) : stack_({}, scratch_, sizeof scratch_) {
        stack_.reset(std::move(values));
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
    bool on_object_end(std::size_t size, error_code&) { return stack_.push_object(size), true; }
    bool on_array_end(std::size_t size, error_code&) { return stack_.push_array(size), true; }
    bool on_key_part(json::string_view text, std::size_t, error_code&) {
        return stack_.push_chars(text), true;
    }
    bool on_key(json::string_view text, std::size_t, error_code&) { return stack_.push_key(text), true; }
    bool on_string_part(json::string_view text, std::size_t, error_code&) {
        return stack_.push_chars(text), true;
    }
    bool on_string(json::string_view text, std::size_t, error_code&) {
        return stack_.push_string(text), true;
    }
    bool on_int64(std::int64_t value, json::string_view, error_code&) {
        return stack_.push_int64(value), true;
    }
    bool on_uint64(std::uint64_t value, json::string_view, error_code&) {
        return stack_.push_uint64(value), true;
    }
    bool on_bool(bool value, error_code&) { return stack_.push_bool(value), true; }
    bool on_null(error_code&) { return stack_.push_null(), true; }
    bool on_double(double rounded, json::string_view text, error_code&) {
        stack_.push_double(nearest_double({text.data(), text.size()}, rounded));
        return true;
    }

    unsigned char scratch_[4096];
    json::value_stack stack_;
};

struct Failure {
    error_code error;
    std::size_t at;
};

tl::expected<json::value, Failure> parse_strictly(std::string_view text, const json::storage_ptr& values) {
    json::parse_options options;
    options.max_depth = deepest_nesting;
    options.allow_invalid_utf8 = true;  // there is none: that was looked at before, faster
    json::basic_parser<Builder> parser(options, values);
    error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    if (!error && used < text.size()) error = json::error::extra_data;
    if (error) return tl::unexpected(Failure{error, used});
    return parser.handler().stack_.release();
}

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.' || c == '_';
}

bool is_non_finite(std::string_view word) {
    if (word.front() == '-' || word.front() == '+') word.remove_prefix(1);
    if (word.size() != 3 && word.size() != 8) return false;
    const std::string folded = core::lower_ascii(word);
    return folded == "nan" || folded == "inf" || folded == "infinity";
}

/// A JSON number whose exponent has so many digits that the parser gives up: infinite or, if negative, zero.
std::string_view replacement_of_huge(std::string_view word) {
    const auto exponent = word.find_first_of("eE");
    if (exponent == std::string_view::npos || word.size() - exponent < 6 || word.front() == '+') return {};
    if (word.find_first_not_of("+-.0123456789eE") != std::string_view::npos) return {};
    auto digits = word.substr(exponent + 1);
    const bool tiny = digits.front() == '-';
    if (tiny || digits.front() == '+') digits.remove_prefix(1);
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
    const auto significant = digits.find_first_not_of('0');
    if (significant == std::string_view::npos || digits.size() - significant < 5) return {};
    return tiny || word.find_first_of("123456789") >= exponent ? "0" : "null";
}

std::string_view replacement(std::string_view word) {
    return is_non_finite(word) ? std::string_view("null") : replacement_of_huge(word);
}

std::size_t end_of_string(std::string_view text, std::size_t quote) {
    std::size_t at = quote + 1;
    while (at < text.size() && text[at] != '"')
        at += text[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text.size());
}

/// `text` with the number tokens that JSON lacks made into null, outside of strings; nothing if there are
/// none.
std::optional<std::string> without_odd_numbers(std::string_view text) {
    std::string result;
    std::size_t copied = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        if (text[at] == '"') {
            end = end_of_string(text, at);
        } else if (is_word(text[at])) {
            while (end < text.size() && is_word(text[end]))
                ++end;
            if (const auto instead = replacement(text.substr(at, end - at)); !instead.empty()) {
                result.append(text, copied, at - copied).append(instead);
                copied = end;
            }
        }
        at = end;
    }
    if (copied == 0) return std::nullopt;
    return result.append(text, copied);
}

core::Error describe(const Failure& failure) {
    if (failure.error == json::error::too_deep) {
        return {ErrorCode::invalid,
                fmt::format("the payload is nested deeper than {} levels", deepest_nesting)};
    }
    if (failure.error == json::error::incomplete) {
        return {ErrorCode::invalid, "the payload is not JSON: it ends too early"};
    }
    return {ErrorCode::invalid,
            fmt::format("the payload is not JSON: {} at byte {}", failure.error.message(), failure.at + 1)};
}

/// Without the BOM, blanks and NULs that devices and shells leave at the ends.
std::string_view stripped(std::string_view text) {
    constexpr std::string_view bom = "\xEF\xBB\xBF";
    constexpr std::string_view skipped(" \t\r\n\v\f\0", 7);
    while (true) {
        const auto first = text.find_first_not_of(skipped);
        if (first == std::string_view::npos) return {};
        text.remove_prefix(first);
        if (text.starts_with(bom)) {
            text.remove_prefix(bom.size());
        } else {
            break;
        }
    }
    while (true) {
        text = text.substr(0, text.find_last_not_of(skipped) + 1);
        if (!text.ends_with(bom)) return text;
        text.remove_suffix(bom.size());
    }
}

void append_json(std::string& out, const json::value& value);

/// Thousandths, as nearly all values are, several times faster than the general conversion: so few digits are
/// the shortest that read back the same, whichever they are, and no exponent would be shorter. False if not.
bool append_thousandths(std::string& out, double value) {
    const double size = std::abs(value);
    if (!(size < 100'000)) return false;
    const auto thousandths = static_cast<std::uint32_t>(size * 1000 + 0.5);
    if (static_cast<double>(thousandths) / 1000 != size) return false;
    char buffer[16];
    char* at = std::to_chars(std::begin(buffer), std::end(buffer), thousandths / 1000).ptr;
    if (std::uint32_t rest = thousandths % 1000; rest != 0) {
        *at++ = '.';
        for (std::uint32_t unit = 100; rest != 0; unit /= 10) {
            *at++ = static_cast<char>('0' + rest / unit);
            rest %= unit;
        }
    }
    if (value < 0) out += '-';
    out.append(buffer, at);
    return true;
}

void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    if (append_thousandths(out, value)) return;
    char buffer[32];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value + 0.0);  // -0 is 0
    out.append(buffer, written.ptr);
}

void append_array(std::string& out, const json::array& array) {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (i != 0) out += ',';
        append_json(out, array[i]);
    }
    out += ']';
}

void append_object(std::string& out, const json::object& object) {
    out += '{';
    for (auto member = object.begin(); member != object.end(); ++member) {
        if (member != object.begin()) out += ',';
        out += json::serialize(member->key());
        out += ':';
        append_json(out, member->value());
    }
    out += '}';
}

void append_json(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::double_:
            return append_number(out, value.get_double());
        case json::kind::array:
            return append_array(out, value.get_array());
        case json::kind::object:
            return append_object(out, value.get_object());
        default:
            out += json::serialize(value);
    }
}

}  // namespace

core::Result<const json::object*> PayloadDocument::read(std::string_view payload) {
    if (payload.size() > largest_payload) {
        return fail(ErrorCode::too_large, "the payload is longer than 64 KiB");
    }
    if (!core::is_utf8(payload)) return fail(ErrorCode::invalid, "the payload is not UTF-8 text");
    const std::string_view text = stripped(payload);
    if (text.empty()) return fail(ErrorCode::invalid, "the payload is empty");

    auto parsed = parse_strictly(text, &arena_);
    if (!parsed && parsed.error().error != json::error::too_deep) {
        if (const auto repaired = without_odd_numbers(text)) parsed = parse_strictly(*repaired, &arena_);
    }
    if (!parsed) return fail(describe(parsed.error()));
    if (!parsed->is_object()) return fail(ErrorCode::invalid, "the payload is not a JSON object");
    return &root_.emplace(std::move(*parsed)).get_object();
}

core::Result<core::DeviceId> device_id_field(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) {
        return fail(ErrorCode::invalid, fmt::format("\"{}\" is missing", key));
    }
    if (!value->is_string()) return fail(ErrorCode::invalid, fmt::format("\"{}\" must be text", key));
    auto id = core::DeviceId::parse(value->get_string());
    if (!id) return fail(ErrorCode::invalid, fmt::format("\"{}\": {}", key, id.error().message));
    return id;
}

std::optional<double> finite_number(const json::value& value) {
    switch (value.kind()) {
        case json::kind::int64:
            return static_cast<double>(value.get_int64());
        case json::kind::uint64:
            return static_cast<double>(value.get_uint64());
        case json::kind::double_:
            return std::isfinite(value.get_double()) ? std::optional(value.get_double()) : std::nullopt;
        case json::kind::string:
            return core::parse_number(value.get_string());
        default:
            return std::nullopt;
    }
}

std::optional<float> finite_float(const json::value& value) {
    const auto number = finite_number(value);
    if (!number || std::abs(*number) > std::numeric_limits<float>::max()) return std::nullopt;
    return static_cast<float>(*number);
}

core::Result<std::int64_t> count_field(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) {
        return fail(ErrorCode::invalid, fmt::format("\"{}\" is missing", key));
    }
    const auto number = finite_number(*value);
    if (!number) return fail(ErrorCode::invalid, fmt::format("\"{}\" must be a number", key));
    if (*number != std::floor(*number)) {
        return fail(ErrorCode::invalid, fmt::format("\"{}\" must be a whole number", key));
    }
    if (*number < 0) return fail(ErrorCode::invalid, fmt::format("\"{}\" is negative", key));
    if (*number > static_cast<double>(largest_count)) {
        return fail(ErrorCode::invalid, fmt::format("\"{}\" is too large", key));
    }
    return static_cast<std::int64_t>(*number);
}

std::string to_json_text(const json::value& value) {
    std::string text;
    text.reserve(usual_text);
    append_json(text, value);
    return text;
}

}  // namespace silaware::domain
