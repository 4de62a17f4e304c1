#pragma once

#include "http/response.hpp"

namespace silaware::http {

/// Reads a file in pieces of 256 KiB; throws std::system_error if it can't be read or shrinks meanwhile.
ChunkSource file_pieces(FileBody file);

}  // namespace silaware::http
