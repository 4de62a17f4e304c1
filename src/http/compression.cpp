#include "http/compression.hpp"

#include <stdexcept>

#include <zlib.h>

#include "http/header_text.hpp"

namespace silaware::http {
namespace {

constexpr std::size_t worth_compressing = 1024;
constexpr int fast = 1;
constexpr int gzip_window = 15 + 16;  // zlib: 16 more asks for the gzip wrapper

bool is_text(std::string_view content_type) {
    return content_type.starts_with("text/") || content_type.starts_with("application/json");
}

}  // namespace

std::string gzip(std::string_view data) {
    z_stream stream{};
    if (deflateInit2(&stream, fast, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib can't start");
    std::string packed(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int outcome = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (outcome != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
    return packed;
}

void compress(Response& response, const RequestHead& request) {
    auto* text = std::get_if<std::string>(&response.body());
    if (!text || text->size() < worth_compressing || response.header("Content-Encoding") ||
        !is_text(response.header("Content-Type").value_or("")))
        return;
    response.add("Vary", "Accept-Encoding");
    if (!list_accepts(request.header("accept-encoding").value_or(""), "gzip")) return;
    response.body() = gzip(*text);
    response.set("Content-Encoding", "gzip");
}

}  // namespace silaware::http
