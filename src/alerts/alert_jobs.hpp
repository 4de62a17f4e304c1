#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "alerts/lifecycle.hpp"
#include "alerts/notifier.hpp"
#include "storage/database.hpp"

namespace silaware::alerts {

/// The checks that no reading triggers: silent devices, sensors without news, a low power factor, disk and
/// spool filling up, the database away; and the digests. Of all processes one does them at a time.
class AlertJobs {
  public:
    AlertJobs(storage::Database& database, Options options);

    /// Checks every ten seconds until `stop`.
    void run(std::stop_token stop);
    /// One round of what is due at `now`; notes when the database is away.
    void check(core::Instant now);

  private:
    using Check = void (AlertJobs::*)(storage::Connection&, Lifecycle&, core::Instant) const;

    void check_shared(core::Instant now);
    void send_digests(core::Instant now);
    void run_check(Check check, core::Instant now);
    void record_outage(core::Instant now);
    bool is_due(std::string_view job, std::chrono::milliseconds interval, core::Instant now);

    void check_silence(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const;
    void check_stuck_sensors(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const;
    void check_power_factor(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const;
    void check_spools(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const;
    void check_disk(storage::Connection& connection, Lifecycle& lifecycle, core::Instant now) const;

    storage::Database& database_;
    Options options_;
    Notifier notifier_;
    std::optional<core::Instant> database_away_since_;
    std::optional<core::Instant> disk_checked_;
};

}  // namespace silaware::alerts
