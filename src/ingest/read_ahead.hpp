#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <vector>

#include "ingest/batch.hpp"

namespace silaware::ingest {

/// Messages of the spool, and what they turned out to be.
struct Portion {
    std::int64_t after = 0;  ///< the seq they follow
    std::vector<spool::Message> messages;
    Batch batch;

    std::int64_t end() const { return batch.messages.back().seq; }
};

/// Reads and parses the next portion of the spool while the database works on this one. Not thread safe.
class ReadAhead {
  public:
    /// The portion that follows a seq; without messages if there is none. Called in another thread, too.
    using Read = std::function<Portion(std::int64_t after)>;
    explicit ReadAhead(Read read) : read_(std::move(read)) {}

    /// Begins to read what follows `after`.
    void begin(std::int64_t after);
    /// True if what follows `after` is read, or being read.
    bool has(std::int64_t after) const;
    /// What follows `after`, whether it was read ahead or not. Throws what reading throws.
    Portion take(std::int64_t after);
    /// What take() answered and nobody used after all.
    void give_back(Portion portion);

  private:
    Read read_;
    std::int64_t coming_after_ = 0;
    std::future<Portion> coming_;
    std::optional<Portion> given_back_;
};

}  // namespace silaware::ingest
