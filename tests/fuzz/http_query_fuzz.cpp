// Targets, queries and forms: whatever decodes must encode to the same again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/form.hpp"
#include "http/query.hpp"

using namespace silaware;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (http::percent_decode(http::percent_encode(text)) != text) __builtin_trap();
    if (const auto params = http::parse_urlencoded(text)) {
        std::string again;
        for (const auto& [name, value] : *params)
            again += http::percent_encode(name) + '=' + http::percent_encode(value) + '&';
        const auto second = http::parse_urlencoded(again);
        if (!second || second->size() != params->size()) __builtin_trap();
    }
    if (const auto target = http::parse_target(text)) {
        if (target->path.find("//") != std::string::npos || target->path.find('\\') != std::string::npos)
            __builtin_trap();
    }
    return 0;
}
