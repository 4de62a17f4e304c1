#include "http/file_pieces.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace silaware::http {
namespace {

constexpr std::size_t piece_size = 256 * 1024;

}  // namespace

ChunkSource file_pieces(FileBody file) {
    return [file = std::move(file), offset = std::size_t{0}]() mutable -> std::optional<std::string> {
        if (offset >= file.size) return std::nullopt;
        std::string piece(std::min(piece_size, file.size - offset), '\0');
        const auto count = ::pread(*file.descriptor, piece.data(), piece.size(), static_cast<off_t>(offset));
        if (count <= 0)
            throw std::system_error(count == 0 ? EIO : errno, std::generic_category(), "reading a file");
        piece.resize(static_cast<std::size_t>(count));
        offset += piece.size();
        return piece;
    };
}

}  // namespace silaware::http
