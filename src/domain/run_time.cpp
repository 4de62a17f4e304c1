#include "domain/run_time.hpp"

#include <algorithm>

namespace silaware::domain {

namespace {

__extension__ using Wide = __int128;  // seconds × milliseconds of a record pass 64 bits

/// `total` × `part` / `whole`, rounded half up.
std::int64_t share(std::int64_t total, std::int64_t part, std::int64_t whole) {
    return static_cast<std::int64_t>((Wide{total} * part * 2 + whole) / (Wide{whole} * 2));
}

core::LocalDay same_day_last_year(core::LocalDay today) {
    const date::year_month_day day = date::year_month_day{today} - date::years{1};
    return core::LocalDay{day.ok() ? day : day.year() / day.month() / date::last};
}

core::LocalDay new_year(core::LocalDay day) {
    return core::LocalDay{date::year_month_day{day}.year() / date::January / 1};
}

}  // namespace

std::vector<DayRun> spread_run(const RunMessage& run, const core::SiteZone& zone) {
    const auto start = core::from_epoch_ms(run.start * 1000);
    const auto stop = core::from_epoch_ms(run.stop * 1000);
    std::vector<DayRun> days{{zone.day_of(start), 0, 1}};
    std::int64_t spread = 0;
    while (spread < run.total_run) {
        const core::LocalDay day = days.back().day;
        const auto end = std::min(stop, zone.start_of_day(day + date::days{1}));
        const std::int64_t due =
            end >= stop ? run.total_run : share(run.total_run, (end - start).count(), (stop - start).count());
        days.back().run_seconds = due - spread;
        spread = due;
        if (spread < run.total_run) days.push_back({day + date::days{1}, 0, 0});
    }
    std::erase_if(days, [](const DayRun& day) { return day.run_seconds == 0 && day.cycles == 0; });
    return days;
}

RunWindows run_windows(core::LocalDay today) {
    const core::LocalDay yesterday = today - date::days{1};
    const date::year_month_day date{today};
    const core::LocalDay last_year = same_day_last_year(today);
    return {
        .today = {today, today},
        .yesterday = {yesterday, yesterday},
        .week = {core::monday_of(today), today},
        .month = {core::LocalDay{date.year() / date.month() / 1}, today},
        .ytd = {new_year(today), today},
        .yoy = {new_year(last_year), last_year},
    };
}

}  // namespace silaware::domain
