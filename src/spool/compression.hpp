#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace silaware::spool {

/// `bytes` as an LZ4 frame with a checksum of what it holds, for which the writing costs far less than for
/// what it saves; nothing if that is not smaller. Telemetry becomes a fifth.
std::optional<std::string> compress(std::string_view bytes);

/// What compress() was given, in `bytes`; false, with `bytes` unspecified, if `frame` is damaged or holds
/// more than `largest`.
bool decompress(std::string_view frame, std::size_t largest, std::string& bytes);

}  // namespace silaware::spool
