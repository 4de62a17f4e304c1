#include "ingest/recompute_fold.hpp"

#include <cmath>

#include "domain/observed_time.hpp"
#include "domain/rhythm.hpp"

namespace silaware::ingest {

namespace {

constexpr std::size_t checkpoints_kept = 60;  // more than the hours that the store keeps

}  // namespace

void RegisterRebuild::read(std::span<const domain::RegisterReading> readings,
                           const domain::RegisterLimits& limits) {
    if (readings.empty()) return;
    domain::RegisterFold fold = domain::fold(std::move(state), readings, limits);
    state = std::move(fold.state);
    domain::add_to(sums, fold.increments);
    corrections.insert(corrections.end(), fold.corrections.begin(), fold.corrections.end());
    for (domain::RegisterCheckpoint& checkpoint : fold.checkpoints) {
        if (!settled_since && domain::is_settled(checkpoint.state)) settled_since = checkpoint.before;
        checkpoints.push_back(std::move(checkpoint));
        if (checkpoints.size() > checkpoints_kept) checkpoints.pop_front();
    }
}

void MeterFold::begin_at(const storage::PurgeEdge& edge) {
    energy.state = edge.energy.state;
    energy.known = edge.energy.known;
    co2.state = edge.co2.state;
    co2.known = edge.co2.known;
}

void MeterFold::remember_noise(std::optional<core::Instant> of_energy, std::optional<core::Instant> of_co2) {
    if (!energy.state.head) energy.state.noise_at = of_energy;
    if (!co2.state.head) co2.state.noise_at = of_co2;
}

void MeterFold::note(const storage::StoredReading& reading, core::Instant at) {
    if (last) usual_interval = domain::usual_interval(usual_interval, at - *last);
    if (!first) first = at;
    if (!cycles.empty() && at - cycles.back().stop <= limits_.cycle_gap) {
        cycles.back().stop = at;
    } else {
        cycles.push_back({at, at, 0, 0});
    }
    last = at;
    last_id = reading.id;
    ++readings;
    if (domain::is_of_a_clock_ahead(at, core::from_epoch_ms(reading.received_ms), limits_.now)) return;
    if (!latest) latest.emplace();
    latest->observed = at;
    latest->id = reading.id;
    if (reading.has_history) latest->history_id = reading.id;
    latest->received_ms = std::max(latest->received_ms, reading.received_ms);
}

void MeterFold::read(std::span<const storage::StoredReading> rows) {
    std::vector<domain::RegisterReading> energies;
    std::vector<domain::RegisterReading> co2s;
    for (const storage::StoredReading& row : rows) {
        const core::Instant at = core::from_epoch_ms(row.observed_ms);
        note(row, at);
        const core::Instant quarter = domain::quarter_start(at);
        power[quarter].add({at, row.power ? static_cast<double>(*row.power) : std::nan("")},
                           limits_.most_watts);
        if (row.pf) {
            PowerFactors& factors = power_factors[quarter];
            factors.sum += static_cast<double>(*row.pf);
            ++factors.samples;
        }
        if (row.energy) energies.push_back({at, *row.energy});
        if (row.co2) co2s.push_back({at, *row.co2});
    }
    energy.read(energies, limits_.energy);
    co2.read(co2s, limits_.co2);
}

}  // namespace silaware::ingest
