#include "app/gzip_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

namespace silaware::app {

namespace {

constexpr unsigned buffer_bytes = 256 * 1024;

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view why) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), why));
}

gzFile as_gzip(void* stream) {
    return static_cast<gzFile>(stream);
}

}  // namespace

GzipWriter::GzipWriter(const std::filesystem::path& file) : file_(file) {
    const int handle = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (handle < 0) fail(file_, std::strerror(errno));
    descriptor_ = dup(handle);  // zlib closes its own
    stream_ = gzdopen(handle, "wb6");
    if (stream_ == nullptr || descriptor_ < 0) fail(file_, "out of memory");
    gzbuffer(as_gzip(stream_), buffer_bytes);
}

GzipWriter::~GzipWriter() {
    if (stream_ != nullptr) gzclose_w(as_gzip(stream_));
    if (descriptor_ >= 0) ::close(descriptor_);
}

void GzipWriter::write(std::string_view text) {
    if (text.empty()) return;
    if (gzwrite(as_gzip(stream_), text.data(), static_cast<unsigned>(text.size())) <= 0)
        fail(file_, std::strerror(errno));
}

void GzipWriter::close() {
    const int closed = gzclose_w(as_gzip(stream_));
    stream_ = nullptr;
    if (closed != Z_OK || fsync(descriptor_) != 0) fail(file_, std::strerror(errno));
}

GzipReader::GzipReader(const std::filesystem::path& file) : file_(file) {
    stream_ = gzopen(file.c_str(), "rbe");
    if (stream_ == nullptr) fail(file_, std::strerror(errno));
    gzbuffer(as_gzip(stream_), buffer_bytes);
}

GzipReader::~GzipReader() {
    gzclose_r(as_gzip(stream_));
}

std::size_t GzipReader::read(std::span<char> buffer) {
    const int count = gzread(as_gzip(stream_), buffer.data(), static_cast<unsigned>(buffer.size()));
    int error = Z_OK;
    const char* why = gzerror(as_gzip(stream_), &error);
    // A file that ends too early is Z_BUF_ERROR, told beside the last bytes that could be read.
    if (count < 0 || (error != Z_OK && error != Z_STREAM_END))
        fail(file_, fmt::format("is damaged ({})", why));
    return static_cast<std::size_t>(count);
}

}  // namespace silaware::app
