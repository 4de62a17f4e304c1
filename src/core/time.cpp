#include "core/time.hpp"

#include <charconv>

#include <fmt/format.h>

namespace silaware::core {

namespace {

using std::chrono::seconds;

/// Reads up to `digits` decimal digits from the front of `text`; at least `least`.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t digits) {
    std::size_t length = 0;
    while (length < text.size() && length < digits && text[length] >= '0' && text[length] <= '9')
        ++length;
    if (length < least) return std::nullopt;
    int value = 0;
    std::from_chars(text.data(), text.data() + length, value);
    text.remove_prefix(length);
    return value;
}

/// Two decimal digits of a number below 100; readings are formatted by the million.
void put_two(char* at, unsigned number) {
    at[0] = static_cast<char>('0' + number / 10);
    at[1] = static_cast<char>('0' + number % 10);
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::optional<date::year_month_day> valid(int year, int month, int day) {
    const date::year_month_day result{date::year{year}, date::month{static_cast<unsigned>(month)},
                                      date::day{static_cast<unsigned>(day)}};
    if (year < 1970 || !result.ok()) return std::nullopt;
    return result;
}

std::optional<seconds> take_clock(std::string_view& text) {
    const auto hour = take_number(text, 1, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 1, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = take_number(text, 1, 2);
    if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + seconds{*second};
}

std::optional<date::year_month_day> take_iso_day(std::string_view& text) {
    const auto year = take_number(text, 4, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2, 2);
    if (!day) return std::nullopt;
    return valid(*year, *month, *day);
}

std::optional<date::year_month_day> take_day_first(std::string_view& text) {
    const auto day = take_number(text, 1, 2);
    if (!day || !take(text, '/')) return std::nullopt;
    const auto month = take_number(text, 1, 2);
    if (!month || !take(text, '/')) return std::nullopt;
    const auto year = take_number(text, 4, 4);
    if (!year) return std::nullopt;
    return valid(*year, *month, *day);
}

}  // namespace

Result<SiteZone> SiteZone::find(std::string_view iana_name) {
    try {
        return SiteZone(date::locate_zone(std::string(iana_name)));
    } catch (const std::exception&) {
        return fail(
            ErrorCode::invalid,
            fmt::format("\"{}\" is not a time zone this system knows; use an IANA name such as Asia/Jakarta",
                        iana_name));
    }
}

LocalTime SiteZone::to_local(Instant instant) const {
    return zone_->to_local(date::floor<seconds>(instant));
}

date::local_time<Milliseconds> SiteZone::to_local_ms(Instant instant) const {
    return zone_->to_local(instant);
}

Instant SiteZone::to_instant(LocalTime local) const {
    return zone_->to_sys(local, date::choose::earliest);
}

Instant SiteZone::to_instant_near(LocalTime local, Instant near) const {
    const Instant first = zone_->to_sys(local, date::choose::earliest);
    const Instant second = zone_->to_sys(local, date::choose::latest);
    return date::abs(near - first) <= date::abs(near - second) ? first : second;
}

Instant SiteZone::start_of_day(LocalDay day) const {
    return to_instant(LocalTime{day});
}

LocalDay SiteZone::day_of(Instant instant) const {
    return date::floor<date::days>(to_local_ms(instant));
}

std::string SiteZone::iso8601(Instant instant) const {
    const auto info = zone_->get_info(instant);
    const auto local = to_local_ms(instant);
    const auto day = date::floor<date::days>(local);
    const date::year_month_day ymd{day};
    const date::hh_mm_ss clock{local - day};
    const auto offset = std::chrono::duration_cast<std::chrono::minutes>(info.offset).count();
    const auto fraction = clock.subseconds().count();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}{:02}:{:02}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       fraction == 0 ? std::string() : fmt::format(".{:03}", fraction),
                       offset < 0 ? '-' : '+', std::abs(offset) / 60, std::abs(offset) % 60);
}

std::string format_local(LocalTime local) {
    const auto day = date::floor<date::days>(local);
    const date::hh_mm_ss clock{local - day};
    std::string text = format_day(day);
    text += " 00:00:00";
    char* end = text.data() + text.size();
    put_two(end - 8, static_cast<unsigned>(clock.hours().count()));
    put_two(end - 5, static_cast<unsigned>(clock.minutes().count()));
    put_two(end - 2, static_cast<unsigned>(clock.seconds().count()));
    return text;
}

std::string format_day(LocalDay day) {
    const date::year_month_day ymd{day};
    const int year = static_cast<int>(ymd.year());
    const auto month = static_cast<unsigned>(ymd.month());
    if (year < 0 || year > 9999)
        return fmt::format("{:04}-{:02}-{:02}", year, month, static_cast<unsigned>(ymd.day()));
    std::string text = "0000-00-00";
    put_two(text.data(), static_cast<unsigned>(year / 100));
    put_two(text.data() + 2, static_cast<unsigned>(year % 100));
    put_two(text.data() + 5, month);
    put_two(text.data() + 8, static_cast<unsigned>(ymd.day()));
    return text;
}

std::string format_utc(Instant instant) {
    return format_local(LocalTime{date::floor<seconds>(instant).time_since_epoch()});
}

std::optional<LocalDay> parse_day(std::string_view text) {
    const auto ymd = take_iso_day(text);
    if (!ymd || !text.empty()) return std::nullopt;
    return LocalDay{*ymd};
}

std::optional<LocalTime> parse_meter_clock(std::string_view text) {
    text = trimmed(text);
    const bool iso = text.size() > 4 && text[4] == '-';
    const auto ymd = iso ? take_iso_day(text) : take_day_first(text);
    if (!ymd || !(take(text, ' ') || (iso && take(text, 'T')))) return std::nullopt;
    text = trimmed(text);
    const auto clock = take_clock(text);
    if (!clock || !text.empty()) return std::nullopt;
    return LocalTime{LocalDay{*ymd}} + *clock;
}

std::string format_hms(std::int64_t total) {
    if (total < 0) total = 0;
    return fmt::format("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

IsoWeek iso_week(LocalDay day) {
    // The Thursday of a week decides the year that the week belongs to (ISO 8601).
    const LocalDay thursday = monday_of(day) + date::days{3};
    const date::year year = date::year_month_day{thursday}.year();
    const LocalDay new_year{year / date::January / 1};
    return {static_cast<int>(year), static_cast<unsigned>((thursday - new_year).count() / 7 + 1)};
}

std::string format_week(IsoWeek week) {
    return fmt::format("{:04}-W{:02}", week.year, week.week);
}

LocalDay monday_of(LocalDay day) {
    return day - (date::weekday{day} - date::Monday);
}

}  // namespace silaware::core
