#include "ingest/energy_ingest.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "storage/correction_store.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::ingest {

namespace {

using domain::RegisterReading;
using storage::KnownDeviceId;
using storage::Register;

std::vector<RegisterReading> sorted(std::vector<RegisterReading> readings) {
    std::stable_sort(readings.begin(), readings.end(),
                     [](const RegisterReading& a, const RegisterReading& b) { return a.at < b.at; });
    return readings;
}

void add_amounts(QuarterHours& quarters, KnownDeviceId meter, const domain::QuarterSums& sums,
                 double QuarterHour::* amount) {
    for (const auto& [quarter, value] : sums)
        quarters[{meter, storage::bucket_of(quarter)}].*amount += value;
}

/// One register of one meter.
class RegisterIngest {
  public:
    RegisterIngest(storage::Connection& connection, const MeterReadings& meter, Register which,
                   core::Instant now)
        : connection_(connection), meter_(meter), which_(which), now_(now) {}

    /// Folds `readings` into `head`, whose limits become `wanted`, and returns what to add to the quarter
    /// hours.
    domain::QuarterSums store(domain::RegisterState& head, std::optional<domain::RegisterLimits>& limits,
                              const domain::RegisterLimits& wanted, int& changes_left,
                              std::vector<RegisterReading> readings) {
        if (readings.empty()) return {};
        readings = sorted(std::move(readings));
        const domain::RegisterLimits before = std::exchange(limits, wanted).value_or(wanted);
        if (before != wanted && is_in_reach(head, readings.front().at)) {
            if (changes_left-- > 0) return judge_anew(head, before, wanted, std::move(readings));
            limits = before;
        }
        if (head.head && readings.front().at < *head.head)
            return fold_late(head, *limits, std::move(readings));
        domain::RegisterFold fold = domain::fold(std::move(head), readings, *limits);
        head = std::move(fold.state);
        storage::add_corrections(connection_, meter_.device_id, which_, fold.corrections);
        storage::add_checkpoints(connection_, meter_.device_id, which_, fold.checkpoints, now_);
        return domain::sum_by_quarter(fold.increments);
    }

  private:
    /// False behind a silence so long that no late reading reaches beyond it; the rows there may be purged.
    static bool is_in_reach(const domain::RegisterState& head, core::Instant at) {
        return head.head && at - *head.head <= domain::checkpoints_kept;
    }

    domain::QuarterSums fold_late(domain::RegisterState& head, const domain::RegisterLimits& limits,
                                  std::vector<RegisterReading> readings) {
        const auto checkpoint =
            storage::checkpoint_before(connection_, meter_.device_id, which_, readings.front().at);
        return refold(head, checkpoint.value_or(domain::RegisterCheckpoint{}), limits, limits,
                      std::move(readings));
    }

    domain::QuarterSums judge_anew(domain::RegisterState& head, const domain::RegisterLimits& before,
                                   const domain::RegisterLimits& limits,
                                   std::vector<RegisterReading> readings) {
        auto checkpoint = storage::oldest_checkpoint(connection_, meter_.device_id, which_)
                              .value_or(domain::RegisterCheckpoint{});
        // A reading from before all checkpoints was the first of its meter.
        if (readings.front().at < checkpoint.before) checkpoint = {};
        return refold(head, checkpoint, before, limits, std::move(readings));
    }

    domain::QuarterSums refold(domain::RegisterState& head, const domain::RegisterCheckpoint& checkpoint,
                               const domain::RegisterLimits& limits_before,
                               const domain::RegisterLimits& limits, std::vector<RegisterReading> readings) {
        const auto before = storage::stored_readings(connection_, meter_.uid, which_, checkpoint.before);
        std::vector<RegisterReading> all = before;
        all.insert(all.end(), readings.begin(), readings.end());
        all = sorted(std::move(all));
        domain::RegisterRefold refold = domain::refold(checkpoint.state, before, limits_before, all, limits);
        head = std::move(refold.state);
        storage::withdraw_corrections(connection_, meter_.device_id, which_, refold.withdrawn);
        storage::add_corrections(connection_, meter_.device_id, which_, refold.added);
        storage::drop_checkpoints(connection_, meter_.device_id, which_, checkpoint.before);
        storage::add_checkpoints(connection_, meter_.device_id, which_, refold.checkpoints, now_);
        return std::move(refold.changes);
    }

    storage::Connection& connection_;
    const MeterReadings& meter_;
    Register which_;
    core::Instant now_;
};

void add_power(QuarterHours& quarters, const MeterReadings& meter, double most_watts) {
    domain::PowerQuarters samples;
    for (const MeterPower& reading : meter.power) {
        const double watts = reading.watts ? static_cast<double>(*reading.watts) : std::nan("");
        samples[domain::quarter_start(reading.at)].add({reading.at, watts}, most_watts);
        if (!reading.pf) continue;
        auto& quarter = quarters[{meter.device_id, storage::bucket_of(reading.at)}];
        quarter.pf_sum += static_cast<double>(*reading.pf);
        ++quarter.pf_samples;
    }
    for (const auto& [start, power] : samples) {
        quarters[{meter.device_id, storage::bucket_of(start)}].power.merge(power);
    }
}

}  // namespace

void EnergyIngest::load(const std::map<KnownDeviceId, MeterReadings>& meters) {
    std::vector<KnownDeviceId> ids;
    for (const auto& [id, meter] : meters) {
        const auto [head, added] = heads_.try_emplace(id);
        head->second.device_id = id;
        if (added) ids.push_back(id);
    }
    for (storage::RegisterHeads& head : storage::register_heads(connection_, ids))
        heads_[head.device_id] = std::move(head);
    for (const auto& [id, kw] : storage::rated_powers(connection_, ids))
        rated_kw_[id] = kw;
}

void EnergyIngest::add(const std::map<KnownDeviceId, MeterReadings>& meters) {
    load(meters);
    for (const auto& [id, meter] : meters)
        add(meter);
}

void EnergyIngest::add(const MeterReadings& meter) {
    const KnownDeviceId id = meter.device_id;
    storage::RegisterHeads& head = heads_.at(id);
    const auto rated = rated_kw_.contains(id) ? std::optional(rated_kw_.at(id)) : std::nullopt;
    const domain::RegisterLimits energy = domain::energy_limits(rated);
    const domain::RegisterLimits co2 = domain::co2_limits(rated, options_.co2_factor);
    add_amounts(quarters_, id,
                RegisterIngest(connection_, meter, Register::energy, now_)
                    .store(head.energy, head.energy_limits, energy, changes_of_limits_left_, meter.energy),
                &QuarterHour::energy_kwh);
    add_amounts(quarters_, id,
                RegisterIngest(connection_, meter, Register::co2, now_)
                    .store(head.co2, head.co2_limits, co2, changes_of_limits_left_, meter.co2),
                &QuarterHour::co2_kg);
    add_power(quarters_, meter, domain::most_watts(rated));
}

void EnergyIngest::save(const std::map<KnownDeviceId, std::int64_t>& usual_intervals) {
    std::vector<storage::RegisterHeads> heads;
    for (auto& [id, head] : heads_)
        heads.push_back(std::move(head));
    storage::save_register_heads(connection_, heads);
    add_quarter_hours(connection_, quarters_, usual_intervals, options_.zone);
}

}  // namespace silaware::ingest
