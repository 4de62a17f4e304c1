#include "http/query.hpp"

#include "core/text.hpp"
#include "http/form.hpp"

namespace silaware::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string_view without_authority(std::string_view target) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const auto slash = target.find_first_of("/?", scheme.size());
        return slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    return target;
}

// An escaped slash would let one segment pass for two, so it is refused along with everything else that other
// programs in front of us may read differently than we do.
bool is_plain_segment(std::string_view segment) {
    return segment != "." && segment != ".." && segment.find_first_of("/\\") == std::string_view::npos &&
           core::is_printable(segment);
}

std::optional<std::string> normalise_path(std::string_view raw) {
    if (raw.empty() || raw.front() != '/') return std::nullopt;
    std::string path;
    for (std::size_t begin = 1; begin <= raw.size();) {
        const auto end = std::min(raw.find('/', begin), raw.size());
        if (end > begin) {
            const auto segment = percent_decode(raw.substr(begin, end - begin));
            if (!segment || !is_plain_segment(*segment)) return std::nullopt;
            path += '/';
            path += *segment;
        }
        begin = end + 1;
    }
    return path.empty() ? "/" : path;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4];
        encoded += digits[byte & 15];
    }
    return encoded;
}

core::Result<Target> parse_target(std::string_view target) {
    target = without_authority(target);
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    const auto raw_path = target.substr(0, question);
    auto path = normalise_path(raw_path.empty() ? "/" : raw_path);
    if (!path) return core::fail(core::ErrorCode::invalid, "The path of the request is malformed.");
    auto query = parse_urlencoded(question == std::string_view::npos ? "" : target.substr(question + 1));
    if (!query) return core::fail(query.error());
    return Target{std::move(*path), std::move(*query)};
}

}  // namespace silaware::http
