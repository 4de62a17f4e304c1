#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace silaware::spool {

/// `bytes` as an LZ4 frame in blocks of 64 KiB, each with its checksum; nothing if that is not smaller. The
/// writing costs far less than for what it saves: telemetry becomes a fifth.
std::optional<std::string> compress(std::string_view bytes);

/// What compress() was given, or of a damaged frame what stands in the blocks before the damage, into
/// `bytes`; nothing of a frame that says it holds more than `largest`.
void decompress(std::string_view frame, std::size_t largest, std::string& bytes);

}  // namespace silaware::spool
