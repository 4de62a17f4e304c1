// Uploads: the first line is the Content-Type, the rest the body. Every part lies inside the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/multipart.hpp"

using namespace silaware;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(text.find('\n'), text.size());
    const auto body = text.substr(std::min(end + 1, text.size()));
    const auto parts = http::parse_multipart(text.substr(0, end), body);
    if (!parts) return 0;
    for (const auto& part : *parts) {
        if (part.name.empty() || part.file_name.find('/') != std::string::npos) __builtin_trap();
        if (part.data.data() < body.data() || part.data.data() + part.data.size() > body.data() + body.size())
            __builtin_trap();
    }
    return 0;
}
