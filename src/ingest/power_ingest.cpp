#include "ingest/power_ingest.hpp"

#include "domain/observed_time.hpp"
#include "ingest/cycle_ingest.hpp"

namespace silaware::ingest {

namespace {

using storage::KnownDeviceId;

MeterReadings& readings_of(std::map<KnownDeviceId, MeterReadings>& meters,
                           const storage::KnownDevice& device) {
    MeterReadings& meter = meters[device.id];
    meter.device_id = device.id;
    meter.uid = device.uid;
    return meter;
}

void append_rows(std::vector<storage::PowerRow>& rows, const Received<domain::PowerMessage>& received,
                 const storage::KnownDevice& device, core::Instant observed) {
    const domain::PowerMessage& message = received.content;
    const auto relay = message.relay_state ? std::optional(domain::name(*message.relay_state)) : std::nullopt;
    for (const domain::PowerSample& sample : message.samples) {
        rows.push_back({device.uid, message.rtc, relay, sample.voltage, sample.current, sample.power,
                        sample.frequency, sample.pf, sample.energy, sample.co2, message.energy_history,
                        received.message->received_at, core::epoch_ms(observed), received.hash});
    }
}

void append_readings(MeterReadings& meter, const domain::PowerMessage& message, core::Instant observed) {
    for (const domain::PowerSample& sample : message.samples) {
        meter.observed.push_back(observed);
        meter.power.push_back({observed, sample.power, sample.pf});
        if (sample.energy) meter.energy.push_back({observed, *sample.energy});
        if (sample.co2) meter.co2.push_back({observed, *sample.co2});
    }
}

/// The newest reading so far of a meter, in the database or in this batch.
void advance(storage::LatestReading& latest, const storage::PowerRow& row) {
    if (row.energy_history && row.observed_ms >= latest.history_observed_ms.value_or(row.observed_ms)) {
        latest.energy_history = std::string(*row.energy_history);
        latest.history_observed_ms = row.observed_ms;
    }
    if (row.observed_ms < latest.observed_ms) return;
    latest.observed_ms = row.observed_ms;
    latest.received_ms = core::epoch_ms(row.received);
    latest.rtc = row.rtc ? std::optional(core::format_local(*row.rtc)) : std::nullopt;
    latest.relay_state = row.relay_state ? std::optional(std::string(*row.relay_state)) : std::nullopt;
    latest.voltage = row.voltage;
    latest.current = row.current;
    latest.power = row.power;
    latest.frequency = row.frequency;
    latest.pf = row.pf;
    latest.energy = row.energy;
    latest.co2 = row.co2;
}

}  // namespace

/// Among equal times the one received last.
class PowerIngest::Newest {
  public:
    /// Of the meter's own, in the order of receipt.
    void look_at(const std::vector<storage::PowerRow>& rows, std::size_t first) {
        for (std::size_t i = first; i < rows.size(); ++i) {
            if (!newest_ || rows[i].observed_ms >= rows[*newest_].observed_ms) newest_ = i;
            if (!rows[i].energy_history) continue;
            if (!with_history_ || rows[i].observed_ms >= rows[*with_history_].observed_ms) with_history_ = i;
        }
    }
    void advance(storage::LatestReading& latest, const std::vector<storage::PowerRow>& rows) const {
        if (with_history_) ingest::advance(latest, rows[*with_history_]);
        if (newest_) ingest::advance(latest, rows[*newest_]);
    }

  private:
    std::optional<std::size_t> newest_;
    std::optional<std::size_t> with_history_;
};

void PowerIngest::add(const Batch& batch) {
    if (batch.power.empty()) return;
    std::map<KnownDeviceId, MeterReadings> meters;
    std::vector<storage::PowerRow> rows;
    rows.reserve(batch.rows);
    std::map<KnownDeviceId, Newest> newest;
    for (const Received<domain::PowerMessage>& received : batch.power) {
        storage::KnownDevice& device = devices_.of(received.content.uid);
        const core::Instant observed =
            domain::observed_time(received.content.rtc, received.message->received_at, options_.zone);
        const std::size_t first = rows.size();
        append_rows(rows, received, device, observed);
        newest[device.id].look_at(rows, first);
        append_readings(readings_of(meters, device), received.content, observed);
        Devices::note(device, &storage::KnownDevice::last_power_ms, observed, received.message->received_at,
                      now_);
    }
    energy_.add(meters);
    storage::insert_power_rows(connection_, rows);
    advance_latest(newest, rows);
    remember(meters);
}

void PowerIngest::save() {
    if (meters_.empty()) return;
    energy_.save(devices_.usual_intervals());
    store_cycles(connection_, meters_, options_);
    save_latest();
    tell_observers();
}

void PowerIngest::advance_latest(const std::map<KnownDeviceId, Newest>& newest,
                                 const std::vector<storage::PowerRow>& rows) {
    std::vector<KnownDeviceId> ids;
    for (const auto& [id, of_meter] : newest) {
        const auto [latest, added] = latest_.try_emplace(id);
        latest->second.device_id = id;
        if (added) ids.push_back(id);
    }
    for (storage::LatestReading& reading : storage::latest_readings(connection_, ids))
        latest_[reading.device_id] = believed(std::move(reading));
    for (const auto& [id, of_meter] : newest)
        of_meter.advance(latest_[id], rows);
}

/// What came while our clock was ahead counts as older than all that comes; nothing else is more than a day
/// older than its receipt.
storage::LatestReading PowerIngest::believed(storage::LatestReading latest) const {
    const auto is_ahead = [&](std::int64_t observed_ms) {
        return domain::is_of_a_clock_ahead(core::from_epoch_ms(observed_ms),
                                           core::from_epoch_ms(latest.received_ms), now_);
    };
    if (latest.history_observed_ms && is_ahead(*latest.history_observed_ms))
        latest.history_observed_ms = core::epoch_ms(now_ - date::days{1});
    if (is_ahead(latest.observed_ms)) latest.observed_ms = 0;
    return latest;
}

void PowerIngest::remember(const std::map<KnownDeviceId, MeterReadings>& meters) {
    for (const auto& [id, readings] : meters) {
        MeterReadings& meter = meters_[id];
        meter.device_id = id;
        meter.uid = readings.uid;
        meter.observed.insert(meter.observed.end(), readings.observed.begin(), readings.observed.end());
        meter.power.insert(meter.power.end(), readings.power.begin(), readings.power.end());
    }
}

void PowerIngest::save_latest() {
    std::vector<storage::LatestReading> changed;
    for (auto& [id, reading] : latest_) {
        reading.changed = core::epoch_ms(now_);
        changed.push_back(std::move(reading));
    }
    storage::save_latest_readings(connection_, changed);
}

void PowerIngest::tell_observers() {
    if (!options_.observers.power) return;
    std::vector<PowerFact> facts;
    for (const auto& [id, meter] : meters_) {
        for (const MeterPower& reading : meter.power) {
            if (reading.watts) facts.push_back({id, meter.uid, reading.at, *reading.watts});
        }
    }
    options_.observers.power(connection_, facts, now_);
}

}  // namespace silaware::ingest
