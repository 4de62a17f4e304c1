#include "ingest/batch.hpp"

#include <unordered_set>

#include <fmt/format.h>

#include "core/text.hpp"
#include "domain/retention.hpp"

namespace silaware::ingest {

namespace {

template <typename Content>
void sort_in(Batch& batch, std::vector<Received<Content>>& kind, const spool::Message& message,
             std::int64_t hash, core::Result<Content> parsed) {
    if (parsed) {
        kind.push_back({&message, hash, std::move(*parsed)});
    } else {
        batch.rejected.push_back({&message, hash, parsed.error().message});
    }
}

template <typename Kind>
void collect(std::vector<core::DeviceId>& ids, std::unordered_set<std::string_view>& seen, const Kind& kind,
             const auto& id_of) {
    for (const auto& received : kind) {
        const core::DeviceId& id = id_of(received.content);
        if (seen.insert(id.key()).second) ids.push_back(id);
    }
}

}  // namespace

std::vector<core::DeviceId> Batch::devices() const {
    std::vector<core::DeviceId> ids;
    std::unordered_set<std::string_view> seen;
    collect(ids, seen, power, [](const auto& content) -> const core::DeviceId& { return content.uid; });
    collect(ids, seen, runs, [](const auto& content) -> const core::DeviceId& { return content.id; });
    collect(ids, seen, climate, [](const auto& content) -> const core::DeviceId& { return content.id; });
    return ids;
}

bool topic_matches(std::string_view filter, std::string_view topic) {
    while (true) {
        if (filter == "#") return true;
        const auto filter_end = filter.find('/');
        const auto topic_end = topic.find('/');
        const std::string_view level = filter.substr(0, filter_end);
        if (level != "+" && level != topic.substr(0, topic_end)) return false;
        if (filter_end == std::string_view::npos) return topic_end == std::string_view::npos;
        // `a/#` covers `a` too.
        if (topic_end == std::string_view::npos) return filter.substr(filter_end + 1) == "#";
        filter.remove_prefix(filter_end + 1);
        topic.remove_prefix(topic_end + 1);
    }
}

std::optional<Telemetry> telemetry_of(const Topics& topics, std::string_view topic) {
    if (topic_matches(topics.power, topic)) return Telemetry::power;
    if (topic_matches(topics.utils, topic)) return Telemetry::utils;
    if (topic_matches(topics.climate, topic)) return Telemetry::climate;
    for (const auto& [filter, telemetry] : topics.former) {
        if (topic_matches(filter, topic)) return telemetry;
    }
    return std::nullopt;
}

Batch parse_batch(std::span<const spool::Message> messages, const Options& options, core::Instant now) {
    Batch batch;
    const core::Instant kept_since = domain::retention_cutoff(now, options.retention_months, options.zone);
    for (const spool::Message& message : messages) {
        if (batch.rows >= most_rows) break;
        batch.messages = messages.first(batch.messages.size() + 1);
        const std::int64_t hash = core::fingerprint(message.topic, message.payload);
        const auto telemetry = telemetry_of(options.topics, message.topic);
        if (message.damaged) {
            batch.rejected.push_back(
                {&message, hash, "damaged on the disk of this machine while it waited for the database"});
        } else if (telemetry == Telemetry::power) {
            sort_in(batch, batch.power, message, hash, domain::parse_power(message.payload));
            if (batch.rejected.empty() || batch.rejected.back().message != &message)
                batch.rows += batch.power.back().content.samples.size();
        } else if (telemetry == Telemetry::utils) {
            sort_in(batch, batch.runs, message, hash,
                    domain::parse_run(message.payload, message.received_at, kept_since));
        } else if (telemetry == Telemetry::climate) {
            sort_in(batch, batch.climate, message, hash, domain::parse_climate(message.payload));
        } else {
            batch.rejected.push_back(
                {&message, hash, fmt::format("no topic of ours: \"{}\"", message.topic)});
        }
    }
    return batch;
}

}  // namespace silaware::ingest
