#include "ingest/power_ingest.hpp"

#include <map>

#include "domain/observed_time.hpp"
#include "ingest/cycle_ingest.hpp"
#include "ingest/energy_ingest.hpp"
#include "storage/power_store.hpp"

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

std::size_t row_count(const std::vector<Received<domain::PowerMessage>>& messages) {
    std::size_t rows = 0;
    for (const auto& received : messages)
        rows += received.content.samples.size();
    return rows;
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
void advance_latest(storage::LatestReading& latest, const storage::PowerRow& row) {
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

/// Which of a batch's rows are the newest of their meter; among equal times the one received last.
class NewestRows {
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
        if (with_history_) advance_latest(latest, rows[*with_history_]);
        if (newest_) advance_latest(latest, rows[*newest_]);
    }

  private:
    std::optional<std::size_t> newest_;
    std::optional<std::size_t> with_history_;
};

void store_latest(storage::Connection& connection, const std::map<KnownDeviceId, NewestRows>& newest,
                  const std::vector<storage::PowerRow>& rows, core::Instant now) {
    std::vector<KnownDeviceId> ids;
    for (const auto& [id, of_meter] : newest)
        ids.push_back(id);
    std::map<KnownDeviceId, storage::LatestReading> latest;
    for (storage::LatestReading& reading : storage::latest_readings(connection, ids)) {
        latest.emplace(reading.device_id, std::move(reading));
    }
    for (const auto& [id, of_meter] : newest) {
        storage::LatestReading& reading = latest[id];
        reading.device_id = id;
        of_meter.advance(reading, rows);
    }
    std::vector<storage::LatestReading> changed;
    for (auto& [id, reading] : latest) {
        reading.changed = core::epoch_ms(now);
        changed.push_back(std::move(reading));
    }
    storage::save_latest_readings(connection, changed);
}

void tell_observers(storage::Connection& connection, const std::map<KnownDeviceId, MeterReadings>& meters,
                    const Options& options, core::Instant now) {
    if (!options.observers.power) return;
    std::vector<PowerFact> facts;
    for (const auto& [id, meter] : meters) {
        for (const MeterPower& reading : meter.power) {
            if (reading.watts) facts.push_back({id, meter.uid, reading.at, *reading.watts});
        }
    }
    options.observers.power(connection, facts, now);
}

}  // namespace

void store_power(storage::Connection& connection, const Batch& batch, Devices& devices,
                 const Options& options, core::Instant now) {
    if (batch.power.empty()) return;
    std::map<KnownDeviceId, MeterReadings> meters;
    std::vector<storage::PowerRow> rows;
    rows.reserve(row_count(batch.power));
    std::map<KnownDeviceId, NewestRows> newest;
    for (const Received<domain::PowerMessage>& received : batch.power) {
        storage::KnownDevice& device = devices.of(received.content.uid);
        const core::Instant observed =
            domain::observed_time(received.content.rtc, received.message->received_at, options.zone);
        const std::size_t first = rows.size();
        append_rows(rows, received, device, observed);
        newest[device.id].look_at(rows, first);
        append_readings(readings_of(meters, device), received.content, observed);
        Devices::note(device, &storage::KnownDevice::last_power_ms, observed, received.message->received_at);
    }
    // Before the rows: a late reading is folded in between the rows that were there before it.
    store_energy(connection, meters, devices.usual_intervals(), options);
    store_cycles(connection, meters, options);
    storage::insert_power_rows(connection, rows);
    store_latest(connection, newest, rows, now);
    tell_observers(connection, meters, options, now);
}

}  // namespace silaware::ingest
