#pragma once

#include <optional>
#include <string_view>

#include "domain/energy_register.hpp"
#include "storage/known_device_store.hpp"

// Where a meter's raw rows begin, and what its registers were there: what is left behind a purge can be
// folded again from here, and only from here, as if nothing had been purged.
namespace silaware::storage {

/// A register after all readings before the edge.
struct RegisterEdge {
    domain::RegisterState state;
    bool known = true;  ///< false for a fold that began behind purged rows and is not sure of itself yet
};

struct PurgeEdge {
    KnownDeviceId device_id = 0;
    core::Instant before;  ///< every row observed from here on is there; the start of a quarter hour
    RegisterEdge energy;
    RegisterEdge co2;
};

/// Nothing for a meter none of whose rows was purged since edges are kept.
std::optional<PurgeEdge> purge_edge(Connection& connection, KnownDeviceId meter);
void save_purge_edge(Connection& connection, const PurgeEdge& edge);

struct EdgeMeter {
    KnownDeviceId id;
    std::string uid;
};
/// Every device that ever reported.
std::vector<EdgeMeter> edge_meters(Connection& connection);

/// The edge that a purge of what was received before `cutoff` makes; nothing where it takes no row.
std::optional<core::Instant> edge_behind(Connection& connection, std::string_view uid, core::Instant cutoff);

/// Folds the next hours of a meter's rows into its edge, on the way to `target`; false when it is there.
/// Takes the meter's lock: nobody else may move the edge meanwhile.
bool advance_edge(Connection& connection, const EdgeMeter& meter, core::Instant target);

}  // namespace silaware::storage
