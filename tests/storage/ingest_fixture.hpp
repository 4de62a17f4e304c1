#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include <fmt/format.h>

#include "ingest/batch_writer.hpp"
#include "ingest/recompute.hpp"
#include "support/fresh_database.hpp"

namespace silaware::ingest {

/// Telemetry into a database of its own, through the writer that ingest uses, and the tables as text.
class IngestFixture : public testing::Test {
  protected:
    static core::SiteZone zone() { return core::SiteZone::find("Asia/Jakarta").value(); }
    static core::Instant now() {
        return std::chrono::time_point_cast<core::Milliseconds>(std::chrono::system_clock::now());
    }

    IngestFixture() : options{.topics = {}, .zone = zone()} {}

    /// Local midnight `days` ago.
    core::Instant midnight(int days) const {
        return options.zone.start_of_day(options.zone.day_of(now()) - date::days{days});
    }

    static std::string clock(core::Instant at) {
        const auto local = zone().to_local(at);
        return date::format("%d/%m/%Y %H:%M:%S", local);
    }

    struct Sample {
        core::Instant at;
        std::string watts = "1000";
        std::string energy = "null";
        std::string co2 = "null";
    };
    static spool::Message power(const std::string& uid, const Sample& sample, core::Instant received) {
        return {0, received, false, "silaware/power",
                fmt::format(R"({{"uid":"{}","rtc":"{}","relay_state":"ON","meter_data":{{"voltage":[220.1],)"
                            R"("power":[{}],"pf":[0.9],"energy":[{}],"co2":[{}]}},"energy_history":[1,2]}})",
                            uid, clock(sample.at), sample.watts, sample.energy, sample.co2)};
    }
    static spool::Message run(const std::string& id, std::int64_t start, std::int64_t stop,
                              std::int64_t cycle, std::int64_t total) {
        return {0, now(), false, "silaware/utils",
                fmt::format(R"({{"id":"{}","start":{},"stop":{},"cycle_count":{},"total_run":{}}})", id,
                            start, stop, cycle, total)};
    }
    static spool::Message climate(const std::string& id, const std::string& temperature,
                                  const std::string& humidity, core::Instant received) {
        return {0, received, false, "silaware/temphumid",
                fmt::format(R"({{"id":"{}","temperature":{},"humidity":{}}})", id, temperature, humidity)};
    }

    /// One transaction of the batch behind `seq` and of those that follow while there are `more`; the
    /// position behind it.
    static std::int64_t write_after(BatchWriter& writer, std::int64_t seq,
                                    const std::function<Batch(std::int64_t seq)>& batch_after,
                                    const std::function<bool(std::int64_t seq)>& more) {
        Batch first = batch_after(seq);
        Batch following;
        std::int64_t end = first.messages.back().seq;
        const auto next = [&]() -> Batch* {
            if (!more(end)) return nullptr;
            following = batch_after(end);
            end = following.messages.back().seq;
            return &following;
        };
        return writer.write(std::move(first), next).position;
    }

    /// In batches of `batch`; with `random` of random sizes up to it, some of them in one transaction.
    static void feed(storage::Database& database, const Options& options,
                     std::vector<spool::Message> messages, std::size_t batch = 100,
                     std::mt19937* random = nullptr,
                     const std::string& spool = "00000000000000000000000000000001") {
        BatchWriter writer(database, options, spool);
        const std::int64_t before = writer.position(1, 0).position;
        std::int64_t last = before;
        for (spool::Message& message : messages)
            message.seq = ++last;
        const auto batch_after = [&](std::int64_t seq) {
            const auto rest = std::span(messages).subspan(static_cast<std::size_t>(seq - before));
            return writer.prepare(
                rest.first(std::min(rest.size(), random ? (*random)() % batch + 1 : batch)));
        };
        const auto more = [&](std::int64_t seq) { return random && seq < last && (*random)() % 4 > 0; };
        for (std::int64_t position = before; position < last;)
            position = write_after(writer, position, batch_after, more);
    }
    void feed(const std::vector<spool::Message>& messages) { feed(*database, options, messages); }

    std::int64_t count(const std::string& rest) {
        return database->select_one<std::int64_t>("SELECT COUNT(*) FROM " + rest).value();
    }

    /// Each row of a query as one line, its columns (which must be texts) joined by it.
    static std::vector<std::string> lines(storage::Database& database, const std::string& columns,
                                          const std::string& rest) {
        return database.select<std::string>("SELECT CONCAT_WS(' ', " + columns + ") AS line FROM " + rest +
                                            " ORDER BY line");
    }
    std::vector<std::string> lines(const std::string& columns, const std::string& rest) {
        return lines(*database, columns, rest);
    }

    /// Everything derived that the order of delivery must not change.
    static std::vector<std::string> derived(storage::Database& database) {
        std::vector<std::string> all;
        const auto add = [&](const std::string& columns, const std::string& rest) {
            for (std::string& line : lines(database, columns, rest))
                all.push_back(std::move(line));
        };
        const std::string device = " JOIN known_devices k ON k.id = device_id";
        add("'cycle', uid, start_ms, stop_ms, start, stop, duration, cycle_count", "cycle_time");
        add("'quarter', uid, bucket, ROUND(energy_kwh, 4), ROUND(co2_kg, 4), ROUND(power_sum_w, 3), "
            "power_max_w, samples, slots, ROUND(pf_sum, 3), pf_samples",
            "quarter_hours" + device + " WHERE samples > 0 OR ABS(energy_kwh) + ABS(co2_kg) > 0.00005");
        add("'day', uid, day, ROUND(energy_kwh, 4), ROUND(co2_kg, 4), ROUND(max_demand_kw, 3), samples",
            "energy_days" + device);
        add("'correction', uid, observed_ms, register_name, class, before_value, after_value, "
            "ROUND(energy_kwh, 4)",
            "corrections" + device);
        add("'latest', uid, observed_ms, rtc, relay_state, voltage, power, energy, energy_history",
            "latest_readings" + device);
        add("'cycle day', uid, day, cycle_ms", "cycle_days" + device + " WHERE cycle_ms <> 0");
        add("'run day', uid, day, run_seconds, cycles", "run_days" + device);
        add("'run total', uid, total_seconds", "run_totals" + device);
        add("'state', uid, last_cycle_count, cycle_start_ms, cycle_stop_ms, cycle_number, MD5(energy_state), "
            "MD5(co2_state)",
            "meter_states" + device);
        add("'climate', uid, bucket, ROUND(temperature_sum, 3), temperature_samples, ROUND(humidity_sum, 3), "
            "humidity_samples",
            "climate_quarter_hours" + device);
        add("'checkpoint', uid, register_name, hour, MD5(state)", "register_checkpoints" + device);
        return all;
    }

    RecomputeResult recompute(RecomputeJob job = {}) {
        Recompute recompute(*database, options, job, {});
        return recompute.run({});
    }

    /// A believable meter with silences, a reset, a dip, noise and a glitch, from `start` on.
    static std::vector<Sample> meter_story(core::Instant start, int count, std::mt19937& random) {
        std::vector<Sample> samples;
        core::Instant at = start;
        double energy = 1000;
        for (int i = 0; i < count; ++i) {
            const int step = random() % 40 == 0 ? 300 + static_cast<int>(random() % 3000)
                                                : 5 + static_cast<int>(random() % 22);
            at += std::chrono::seconds(step);
            const double watts = static_cast<double>(random() % 90000) / 10 + 500;
            energy += watts / 1000 * step / 3600;
            if (i == count / 2) energy = 0.3;
            double shown = energy;
            if (random() % 60 == 0) shown = energy - 0.1;
            if (i % 97 > 90) shown = 0;
            if (random() % 300 == 0) shown = 1.8e21;
            const double power = random() % 200 == 0 ? -3.4e30 : watts;
            samples.push_back({at, random() % 20 == 0 ? "null" : fmt::format("{:.1f}", power),
                               random() % 25 == 0 ? "null" : fmt::format("{:.3f}", shown),
                               random() % 3 == 0 ? "null" : fmt::format("{:.3f}", energy * 0.9)});
        }
        return samples;
    }

    tests::FreshDatabase database;
    Options options;
};

}  // namespace silaware::ingest
