#pragma once

#include <string>

#include "core/time.hpp"
#include "storage/upgrade_tables.hpp"

namespace silaware::storage {

/// How times without a zone in an older database are to be read.
struct OlderClock {
    std::string site_offset;        ///< SQL: seconds ahead of UTC of the site's wall clock `@`
    std::string sure_offset;        ///< the same, NULL in the hours around a change of the clock
    bool receipts_are_utc = false;  ///< of DATETIME columns that hold the time of receipt
};
/// For a site in `zone`; `now` tells which changes of its clock an older database may have seen.
OlderClock older_clock(const core::SiteZone& zone, core::Instant now);

/// The SQL that takes `column` of the older table, named `o`, over as what `kind` says it is.
std::string taken_over(ColumnKind kind, const ServerColumn& column, const OlderClock& clock);

/// The SQL of `wall`, a site wall clock, as UTC epoch seconds; `offset` is one of OlderClock.
std::string epoch_of_wall(const std::string& wall, std::string offset);

}  // namespace silaware::storage
