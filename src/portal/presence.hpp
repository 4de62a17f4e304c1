#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"
#include "domain/rhythm.hpp"

namespace silaware::portal {

/// `domain::is_online` of what the tables hold; a device that never reported (no `last_ms`) is not.
inline bool is_online(std::optional<std::int64_t> last_ms, std::optional<std::int64_t> usual_interval_ms,
                      core::Instant now) {
    if (!last_ms) return false;
    std::optional<core::Milliseconds> usual;
    if (usual_interval_ms) usual = core::Milliseconds{*usual_interval_ms};
    return domain::is_online(core::from_epoch_ms(*last_ms), usual, now);
}

}  // namespace silaware::portal
