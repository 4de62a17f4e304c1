#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/climate_message.hpp"
#include "domain/power_message.hpp"
#include "domain/run_message.hpp"
#include "ingest/options.hpp"
#include "spool/spool.hpp"

namespace silaware::ingest {

/// A message of the spool and what it turned out to be.
template <typename Content>
struct Received {
    const spool::Message* message;
    std::int64_t hash;  ///< of topic and bytes
    Content content;
};

struct Rejected {
    const spool::Message* message;
    std::int64_t hash;
    std::string reason;
};

/// Takes out of one kind what `is_unwanted` says, and tells `removed` of each.
template <typename Content>
void take_out(std::vector<Received<Content>>& kind, const auto& is_unwanted, const auto& removed) {
    std::erase_if(kind, [&](const Received<Content>& received) {
        if (!is_unwanted(received)) return false;
        removed(received);
        return true;
    });
}

/// Messages sorted by kind, each kind in the order of receipt. Refers to the spool messages it was made of.
struct Batch {
    std::span<const spool::Message> messages;  ///< what it was made of
    std::vector<Received<domain::PowerMessage>> power;
    std::vector<Received<domain::RunMessage>> runs;
    std::vector<Received<domain::ClimateMessage>> climate;
    std::vector<Rejected> rejected;
    std::int64_t duplicates = 0;
    std::size_t rows = 0;  ///< of power_monitoring

    std::size_t accepted() const { return power.size() + runs.size() + climate.size(); }
    std::vector<core::DeviceId> devices() const;
};

/// True if `topic` is covered by `filter`, which may hold MQTT's wildcards.
bool topic_matches(std::string_view filter, std::string_view topic);
/// What a topic carries, by those of today first; nothing if it is none of ours.
std::optional<Telemetry> telemetry_of(const Topics& topics, std::string_view topic);

/// Rows of power_monitoring in one batch, give or take a message: what a batch needs of memory grows with its
/// rows, and a message of 64 KiB can hold thousands.
inline constexpr std::size_t most_rows = 5'000;

/// Parses from the front of `messages` what makes one batch, at least one; what is bad lands in `rejected`
/// and harms nothing else.
Batch parse_batch(std::span<const spool::Message> messages, const Options& options, core::Instant now);

}  // namespace silaware::ingest
