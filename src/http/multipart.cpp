#include "http/multipart.hpp"

#include "core/text.hpp"
#include "http/header_text.hpp"

namespace silaware::http {
namespace {

constexpr std::size_t max_parts = 100;

tl::unexpected<core::Error> malformed(std::string_view what) {
    return core::fail(core::ErrorCode::invalid, "The uploaded form is malformed: " + std::string(what) + ".");
}

// A browser sends the bare name, but a hostile client may send a path.
std::string base_name(const std::string& file_name) {
    const auto slash = file_name.find_last_of("/\\");
    return slash == std::string::npos ? file_name : file_name.substr(slash + 1);
}

void read_header(std::string_view line, Part& part) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto name = core::trim(line.substr(0, colon));
    const auto value = core::trim(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-type")) part.content_type = value;
    if (!equals_ignoring_case(name, "content-disposition")) return;
    part.name = header_parameter(value, "name").value_or("");
    part.file_name = base_name(header_parameter(value, "filename").value_or(""));
}

core::Result<Part> read_part(std::string_view text) {
    const auto blank = text.starts_with("\r\n") ? 0 : text.find("\r\n\r\n");
    if (blank == std::string_view::npos) return malformed("a part has no end of its headers");
    Part part;
    part.data = text.substr(blank == 0 && text.starts_with("\r\n") ? 2 : blank + 4);
    auto head = text.substr(0, blank);
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        read_header(head.substr(0, end), part);
        head.remove_prefix(std::min(end + 2, head.size()));
    }
    if (part.name.empty()) return malformed("a part has no name");
    if (!core::is_printable(part.name) || !core::is_printable(part.file_name) ||
        !core::is_printable(part.content_type))
        return malformed("a part's name is not text");
    return part;
}

}  // namespace

core::Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body) {
    const auto type = core::trim(content_type.substr(0, content_type.find(';')));
    if (!equals_ignoring_case(type, "multipart/form-data"))
        return core::fail(core::ErrorCode::invalid, "A file upload (multipart/form-data) is expected.");
    const auto boundary = header_parameter(content_type, "boundary").value_or("");
    if (boundary.empty() || boundary.size() > 70) return malformed("no usable boundary");
    const auto delimiter = "\r\n--" + boundary;

    if (!body.starts_with(std::string_view(delimiter).substr(2)))
        return malformed("it does not start with its boundary");
    body.remove_prefix(delimiter.size() - 2);
    std::vector<Part> parts;
    while (!body.starts_with("--")) {
        if (!body.starts_with("\r\n")) return malformed("a boundary's line does not end");
        body.remove_prefix(2);
        const auto end = body.find(delimiter);
        if (end == std::string_view::npos) return malformed("its last boundary is missing");
        if (parts.size() == max_parts) return malformed("more than 100 parts");
        auto part = read_part(body.substr(0, end));
        if (!part) return core::fail(part.error());
        parts.push_back(std::move(*part));
        body.remove_prefix(end + delimiter.size());
    }
    return parts;
}

}  // namespace silaware::http
