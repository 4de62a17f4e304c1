#include "http/static_files.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "http/header_text.hpp"
#include "http/json.hpp"

namespace silaware::http {
namespace {

constexpr std::string_view url_prefix = "/static/";

std::string_view content_type_of(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".webp", "image/webp"},
        {".woff2", "font/woff2"},
        {".ttf", "font/ttf"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
    };
    for (const auto& [suffix, type] : types)
        if (name.ends_with(suffix)) return type;
    return "application/octet-stream";
}

SharedBody read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return nullptr;
    return std::make_shared<const std::string>(std::istreambuf_iterator<char>(file),
                                               std::istreambuf_iterator<char>());
}

tl::unexpected<core::Error> broken(const std::filesystem::path& path, std::string_view why) {
    return core::fail(core::ErrorCode::internal, fmt::format("static files: {} {}", path.string(), why));
}

}  // namespace

core::Result<StaticFiles> StaticFiles::load(const std::filesystem::path& folder) {
    const auto manifest_path = folder / "manifest.json";
    const auto text = read_file(manifest_path);
    if (!text) return broken(manifest_path, "can't be read");
    const auto manifest = parse_json(*text);
    if (!manifest || !manifest->is_object()) return broken(manifest_path, "is not a JSON object");
    StaticFiles files;
    for (const auto& [logical, hashed] : manifest->get_object()) {
        if (!hashed.is_string()) return broken(manifest_path, "holds a name that is no string");
        const std::string name(hashed.get_string());
        File file{std::string(content_type_of(name)), read_file(folder / name),
                  read_file(folder / (name + ".gz"))};
        if (!file.plain) return broken(folder / name, "is in the manifest but can't be read");
        files.files_.emplace(name, std::move(file));
    }
    return files;
}

core::Result<Response> StaticFiles::serve(const Request& request) const {
    const std::string_view path = request.path;
    const auto found = path.starts_with(url_prefix) ? files_.find(std::string(path.substr(url_prefix.size())))
                                                    : files_.end();
    if (found == files_.end()) return core::fail(core::ErrorCode::not_found, "There is no such file.");
    const auto& file = found->second;
    const bool packed = file.gzipped && list_accepts(request.header("accept-encoding").value_or(""), "gzip");
    Response response(200, file.content_type, packed ? file.gzipped : file.plain);
    response.set("Cache-Control", "public, max-age=31536000, immutable");
    if (file.gzipped) response.set("Vary", "Accept-Encoding");
    if (packed) response.set("Content-Encoding", "gzip");
    return response;
}

}  // namespace silaware::http
