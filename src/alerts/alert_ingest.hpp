#pragma once

#include <span>

#include "alerts/facts.hpp"
#include "alerts/lifecycle.hpp"
#include "alerts/notifier.hpp"
#include "alerts/rules_cache.hpp"

namespace silaware::alerts {

/// Judges what a batch of readings stored, in the transaction of the batch: alert, log row and mail are
/// committed with the reading that caused them. May run again after a conflict. One for each ingest; not
/// thread safe. Throws DatabaseError.
class AlertIngest {
  public:
    explicit AlertIngest(Options options) : options_(std::move(options)), notifier_(options_) {}
    AlertIngest(const AlertIngest&) = delete;
    AlertIngest& operator=(const AlertIngest&) = delete;

    void on_runs(storage::Connection& connection, std::span<const RunGrowth> growth, core::Instant now);
    void on_climate(storage::Connection& connection, std::span<const ClimateFact> facts, core::Instant now);
    void on_power(storage::Connection& connection, std::span<const PowerFact> facts, core::Instant now);

  private:
    void tell(storage::Connection& connection, const Lifecycle& lifecycle, core::Instant now);

    Options options_;
    Notifier notifier_;
    RulesCache rules_;
};

}  // namespace silaware::alerts
