#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <date/date.h>
#include <date/tz.h>

#include "core/error.hpp"

namespace silaware::core {

/// A point in time, UTC, to the millisecond. Stored in our own tables as BIGINT epoch milliseconds (`*_ms`).
using Instant = date::sys_time<std::chrono::milliseconds>;
/// Wall clock of the site (or of a meter), to the second, without a zone.
using LocalTime = date::local_seconds;
using LocalDay = date::local_days;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

inline Instant from_epoch_ms(std::int64_t ms) {
    return Instant{Milliseconds{ms}};
}
inline std::int64_t epoch_ms(Instant instant) {
    return instant.time_since_epoch().count();
}

inline double to_hours(std::int64_t ms) {
    return static_cast<double>(ms) / 3'600'000;
}

/// The site's IANA time zone. Every day, week, month and year of a report is cut in it.
class SiteZone {
  public:
    /// Error `invalid` naming the zone when the system's tz database does not know it.
    static Result<SiteZone> find(std::string_view iana_name);

    LocalTime to_local(Instant instant) const;
    date::local_time<Milliseconds> to_local_ms(Instant instant) const;
    /// Of a wall clock time that occurs twice the first, of one that is skipped the moment of the jump.
    Instant to_instant(LocalTime local) const;
    /// As `to_instant`, but of a wall clock time that occurs twice the moment closer to `near`.
    Instant to_instant_near(LocalTime local, Instant near) const;
    /// The instant at which `day` begins at the site (also where midnight is skipped).
    Instant start_of_day(LocalDay day) const;
    LocalDay day_of(Instant instant) const;
    const std::string& name() const { return zone_->name(); }

    /// `2026-11-23T08:15:00+07:00`; milliseconds only when they are not zero.
    std::string iso8601(Instant instant) const;

  private:
    explicit SiteZone(const date::time_zone* zone) : zone_(zone) {}
    const date::time_zone* zone_;
};

/// `YYYY-MM-DD HH:MM:SS`.
std::string format_local(LocalTime local);
/// `YYYY-MM-DD`.
std::string format_day(LocalDay day);
/// UTC as `YYYY-MM-DD HH:MM:SS`.
std::string format_utc(Instant instant);
/// Strict `YYYY-MM-DD`; nothing else, no impossible dates.
std::optional<LocalDay> parse_day(std::string_view text);
/// Meter clock: `DD/MM/YYYY HH:MM:SS` (day first, padded or not) or ISO `YYYY-MM-DD HH:MM:SS` (also with
/// `T`).
std::optional<LocalTime> parse_meter_clock(std::string_view text);
/// Seconds as `HH:MM:SS`; hours can pass 99; negative counts as zero.
std::string format_hms(std::int64_t seconds);

/// ISO 8601 week of a day: `{2026, 48}`.
struct IsoWeek {
    int year;
    unsigned week;
    auto operator<=>(const IsoWeek&) const = default;
};
IsoWeek iso_week(LocalDay day);
/// `2026-W48`.
std::string format_week(IsoWeek week);
/// Monday of the ISO week that holds `day`.
LocalDay monday_of(LocalDay day);

}  // namespace silaware::core
