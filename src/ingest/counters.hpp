#pragma once

#include <mutex>

#include "spool/spool.hpp"
#include "storage/counters_store.hpp"
#include "storage/spool_position_store.hpp"

namespace silaware::ingest {

/// What an ingest process counts, as one consistent snapshot at any time:
/// received = stored + duplicates + quarantined + spooled.
class Counters {
  public:
    /// Goes on from where the process before stopped, also while the database can't be asked.
    explicit Counters(spool::Spool& spool);

    /// After a commit, or at start: what the database says.
    void committed(const storage::SpoolPosition& position);
    void batch_done(std::chrono::duration<double, std::milli> commit_time);
    void connection(bool connected);
    storage::IngestCounters snapshot() const;

  private:
    spool::Spool& spool_;
    mutable std::mutex mutex_;
    storage::SpoolPosition position_;
    bool connected_ = false;
    std::int64_t batches_ = 0;
    double commit_ms_total_ = 0;
};

}  // namespace silaware::ingest
