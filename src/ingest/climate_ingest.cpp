#include "ingest/climate_ingest.hpp"

#include <map>

#include "domain/observed_time.hpp"
#include "storage/climate_store.hpp"
#include "storage/power_rollup_store.hpp"

namespace silaware::ingest {

namespace {

void advance(storage::LatestClimate& latest, const domain::ClimateMessage& reading,
             std::int64_t received_ms) {
    if (received_ms < latest.observed_ms) return;
    latest.observed_ms = received_ms;
    if (reading.temperature) latest.temperature = reading.temperature;
    if (reading.humidity) latest.humidity = reading.humidity;
}

/// The quarter hours of a batch, each with what it adds.
class ClimateQuarters {
  public:
    void add(storage::KnownDeviceId sensor, core::Instant received_at,
             const domain::ClimateMessage& reading) {
        const std::int64_t bucket = storage::bucket_of(received_at);
        storage::ClimateQuarter& quarter = quarters_[{sensor, bucket}];
        quarter.device_id = sensor;
        quarter.bucket = bucket;
        add(quarter.temperature_sum, quarter.temperature_samples, reading.temperature);
        add(quarter.humidity_sum, quarter.humidity_samples, reading.humidity);
    }
    std::vector<storage::ClimateQuarter> all() const {
        std::vector<storage::ClimateQuarter> list;
        for (const auto& [key, quarter] : quarters_)
            list.push_back(quarter);
        return list;
    }

  private:
    static void add(double& sum, std::int64_t& samples, std::optional<float> value) {
        if (!value) return;
        sum += *value;
        ++samples;
    }

    std::map<std::pair<storage::KnownDeviceId, std::int64_t>, storage::ClimateQuarter> quarters_;
};

}  // namespace

void store_climate(storage::Connection& connection, const Batch& batch, Devices& devices,
                   const Options& options, core::Instant now) {
    if (batch.climate.empty()) return;
    std::vector<storage::ClimateRow> rows;
    std::vector<ClimateFact> facts;
    std::map<storage::KnownDeviceId, storage::LatestClimate> latest;
    ClimateQuarters quarters;
    std::vector<storage::KnownDeviceId> ahead;  // what is stored came while our clock was
    for (const Received<domain::ClimateMessage>& received : batch.climate) {
        const domain::ClimateMessage& reading = received.content;
        storage::KnownDevice& device = devices.of(reading.id);
        const core::Instant received_at = received.message->received_at;
        rows.push_back(
            {device.uid, reading.temperature, reading.humidity, core::epoch_ms(received_at), received.hash});
        facts.push_back({device.id, device.uid, received_at, reading.temperature, reading.humidity});
        quarters.add(device.id, received_at, reading);
        storage::LatestClimate& newest = latest[device.id];
        newest.device_id = device.id;
        advance(newest, reading, core::epoch_ms(received_at));
        if (device.last_climate_ms && domain::is_to_come(core::from_epoch_ms(*device.last_climate_ms), now))
            ahead.push_back(device.id);
        Devices::note(device, &storage::KnownDevice::last_climate_ms, received_at, received_at, now);
    }
    storage::insert_climate_rows(connection, rows);
    storage::add_climate_quarters(connection, quarters.all());
    std::vector<storage::LatestClimate> saved;
    for (const auto& [id, newest] : latest)
        saved.push_back(newest);
    storage::age_latest_climate(connection, ahead);
    storage::save_latest_climate(connection, saved);
    if (options.observers.climate) options.observers.climate(connection, facts, now);
}

}  // namespace silaware::ingest
