// Cookies and header parameters: what was read can be written without breaking out of its line.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/cookie.hpp"
#include "http/header_text.hpp"

using namespace silaware;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto& [name, value] : http::parse_cookies(text))
        if (!http::is_field_value(http::format_cookie({.name = name, .value = value}))) __builtin_trap();
    (void)http::header_parameter(text, "boundary");
    (void)http::list_accepts(text, "gzip");
    return 0;
}
