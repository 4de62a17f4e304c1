#pragma once

#include <atomic>
#include <functional>
#include <stop_token>

#include "ingest/batch_writer.hpp"
#include "ingest/counters.hpp"
#include "ingest/options.hpp"
#include "ingest/read_ahead.hpp"
#include "mqtt/subscriber.hpp"
#include "spool/spool.hpp"

namespace silaware::ingest {

/// From the broker to the database: one thread receives into the spool, another writes the spool into
/// MariaDB.
class Ingest {
  public:
    Ingest(spool::Spool& spool, storage::Database& database, Options options,
           mqtt::SubscriberOptions subscriber);

    /// Works until `stop`; then what was received is safe in the spool, and the batch in hand is stored.
    void run(std::stop_token stop);

    storage::IngestCounters counters() const { return counters_.snapshot(); }
    bool database_reachable() const { return database_reachable_; }
    mqtt::SubscriberState connection() const { return subscriber_.state(); }

  private:
    mqtt::SubscriberHandlers handlers();
    bool append(std::span<const mqtt::Message> messages);
    void write_until(std::stop_token stop);
    void write_backlog(std::stop_token stop);
    void part_from_copy();
    Portion read(std::int64_t after) const;
    storage::SpoolPosition write(Portion first, ReadAhead& ahead, const std::stop_token& stop);
    void look_ahead(ReadAhead& ahead, std::int64_t after) const;
    enum class Tidying { when_due, now };
    void tidy_spool(std::int64_t position, Tidying when);
    void publish_counters_until(std::stop_token stop);
    void publish_counters();
    void log_counters() const;
    void database_failed(const storage::DatabaseError& error);
    void database_works(std::int64_t waited);

    spool::Spool& spool_;
    storage::Database& database_;
    Options options_;
    mqtt::Subscriber subscriber_;
    BatchWriter writer_;
    Counters counters_;
    /// What the spool held when it was opened, until the database has been asked.
    std::optional<std::int64_t> newest_before_;
    std::optional<std::int64_t> part_behind_;  ///< a copy of the spool was met: what is stored of ours
    std::atomic<bool> database_reachable_ = true;
    std::atomic<bool> trouble_is_told_ = false;
    bool progressed_ = false;  ///< something was committed since the last failure
    std::int64_t tidied_through_ = -1;
    bool tidying_fails_ = false;
    std::chrono::steady_clock::time_point tidied_{};
};

}  // namespace silaware::ingest
