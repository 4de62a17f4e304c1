#include "domain/energy_register.hpp"

#include <algorithm>
#include <cmath>

namespace silaware::domain {

namespace {

using std::chrono::minutes;

constexpr double noise = 0.2 + 1e-6;   // backward steps up to this are the register's own
constexpr double reset_at_most = 1.0;  // a fall to at most this is a reset, to more a swapped meter
constexpr double plateau = 0.01;       // a failing meter shows ±0.00x; that is no growth
constexpr double absurd_above = 1e12;  // no register has so many digits; glitches show 1e21
constexpr std::uint32_t growths_to_confirm = 3;
constexpr auto time_to_confirm = minutes{20};
constexpr auto noise_record_every = minutes{15};
constexpr double surge_factor = 2;  // times the fastest rise so far
constexpr double surge_at_least = noise;
constexpr double leap_factor = 10;
constexpr double leap_at_least = 20;
constexpr double doubt_at_least = 1.0;
constexpr double pace_factor = 3;  // a level keeps its pace up to this multiple of its fastest rise
constexpr double coarse_clock_hours = 1.0 / 60;  // meters whose clock shows minutes only
constexpr double coarse_clock_at_most = 20;
constexpr std::size_t most_undecided = 8;
constexpr auto one_hour = std::chrono::hours{1};
constexpr double second_in_hours = 1.0 / 3600;

/// Two values nearer than this are the same reading; far below any register's resolution.
double rounding(double value) {
    return std::max(1e-6, std::abs(value) * 4e-15);
}

double hours(core::Milliseconds span) {
    return core::to_hours(span.count());
}

bool is_absurd(double value) {
    return value < -noise || value > absurd_above;
}

/// The newest reading of a level that is older than `at`: several readings of one time share the growth since
/// it.
const RegisterReading& reference(const RegisterLevel& level, core::Instant at) {
    return at > level.last.at ? level.last : level.prior;
}

/// The rise to `reading` per hour; the clock's own second is the shortest time there is.
double rate(const RegisterLevel& level, const RegisterReading& reading) {
    const auto& from = reference(level, reading.at);
    return (reading.value - from.value) / std::max(hours(reading.at - from.at), second_in_hours);
}

double most_possible(const RegisterLevel& level, core::Instant at, const RegisterLimits& limits) {
    const auto& from = reference(level, at);
    const double slack = std::min(limits.most_per_hour * coarse_clock_hours, coarse_clock_at_most);
    return std::max(from.value + limits.most_per_hour * hours(at - from.at), level.last.value) + slack;
}

/// Keeps a long list short: what falls into the quarter hour of the newest entry is added to it.
void append(std::vector<Increment>& increments, const Increment& increment) {
    if (!increments.empty() && in_one_quarter(increment)) {
        auto& newest = increments.back();
        if (in_one_quarter(newest) && quarter_start(newest.from) == quarter_start(increment.from)) {
            newest.from = std::min(newest.from, increment.from);
            newest.to = std::max(newest.to, increment.to);
            newest.amount += increment.amount;
            return;
        }
    }
    increments.push_back(increment);
}

/// 10^n if `value` is within 0.1 % below it and n ≥ 5.
std::optional<double> end_of_register(double value) {
    for (double end = 1e5; end <= absurd_above; end *= 10) {
        if (value >= end * 0.999 && value <= end) return end;
    }
    return std::nullopt;
}

bool is_confirmed(const RegisterLevel& level) {
    return level.growths >= growths_to_confirm && level.last.at - level.first.at >= time_to_confirm;
}

class Machine {
  public:
    Machine(RegisterFold& fold, const RegisterLimits& limits)
        : fold_(fold), state_(fold.state), limits_(limits) {}

    void read(RegisterReading reading) {
        if (!std::isfinite(reading.value)) return;
        if (state_.head) reading.at = std::max(reading.at, *state_.head);
        keep_checkpoints(reading.at);
        state_.head = reading.at;
        if (is_absurd(reading.value)) return read_absurd(reading);
        if (!state_.sure) return read_first(reading);
        reading.value = std::max(reading.value, 0.0);
        follow(reading);
        state_.ever_positive = state_.ever_positive || state_.sure->last.value >= plateau;
    }

  private:
    void follow(const RegisterReading& reading) {
        auto* level = nearest(reading);
        if (level == nullptr) return open(reading);
        if (level == &*state_.sure) return follow_sure(reading);
        if (state_.counted && level == &*state_.counted) return follow_counted(reading);
        follow_undecided(static_cast<std::size_t>(level - state_.undecided.data()), reading);
    }

    /// A silence leaves checkpoints too, so that those of the last `checkpoints_kept` are always enough.
    void keep_checkpoints(core::Instant at) {
        const auto hour = date::floor<std::chrono::hours>(at);
        auto from = hour;
        if (state_.head) {
            from =
                std::max(hour - checkpoints_kept, date::floor<std::chrono::hours>(*state_.head) + one_hour);
        }
        for (; from <= hour; from += one_hour)
            fold_.checkpoints.push_back({from, state_});
    }

    void read_first(const RegisterReading& reading) {
        if (reading.value < 0) return;
        state_.ever_positive = reading.value >= plateau;
        state_.sure = RegisterLevel{LevelKind::sure, reading, reading, reading};
    }

    void read_absurd(const RegisterReading& reading) {
        if (!state_.sure) return;
        for (auto& level : state_.undecided) {
            if (level.kind != LevelKind::absurd) continue;
            level.last.at = reading.at;
            return;
        }
        open_undecided(LevelKind::absurd, reading);
    }

    bool fits(const RegisterLevel& level, const RegisterReading& reading) const {
        return level.kind != LevelKind::absurd && reading.value >= level.last.value - noise &&
               reading.value <= most_possible(level, reading.at, limits_);
    }

    /// Behind a surge the old level has returned only if most of the surge is gone, or what is left of it is
    /// the old level's usual pace; and not behind one that went on growing, if that pace is not known yet.
    bool sure_returns(const RegisterReading& reading) const {
        if (!fits(*state_.sure, reading)) return false;
        if (!state_.counted || state_.counted->kind != LevelKind::surge) return true;
        const auto& surge = *state_.counted;
        const double sure = state_.sure->last.value;
        const bool doubtful_surge = surge.growths == 0 || state_.sure->growths >= growths_to_confirm;
        const bool mostly_gone = reading.value - sure <= (surge.first.value - sure) / 4;
        const bool usual_pace = rate(*state_.sure, reading) <= surge_factor * state_.sure->fastest;
        return doubtful_surge && (mostly_gone || usual_pace);
    }

    /// A meter that starts shows 0 before its register: from there to a higher level in one step, ten times
    /// faster than ever or to about where it had been, is no growth.
    bool leaps(const RegisterLevel& level, const RegisterReading& reading) const {
        const auto& sure = *state_.sure;
        const bool from_zero = level.kind == LevelKind::reset && level.growths == 0;
        if (!from_zero || reading.value - level.last.value <= leap_at_least) return false;
        const bool pace_known = sure.growths >= growths_to_confirm;
        const bool near_old = reading.value > sure.last.value / 2 && reading.value < sure.last.value;
        return (pace_known || near_old) && rate(level, reading) > leap_factor * sure.fastest;
    }

    bool keeps_pace(const RegisterLevel& level, const RegisterReading& reading) const {
        return level.growths > 0 && fits(level, reading) &&
               rate(level, reading) <= pace_factor * level.fastest;
    }

    RegisterLevel* nearest(const RegisterReading& reading) {
        for (auto level = state_.undecided.rbegin(); level != state_.undecided.rend(); ++level) {
            if (keeps_pace(*level, reading)) return &*level;
        }
        RegisterLevel* best = nullptr;
        const auto consider = [&](RegisterLevel& level) {
            const auto distance = [&](const RegisterLevel& other) {
                return std::abs(reading.value - other.last.value);
            };
            if (best == nullptr || distance(level) < distance(*best)) best = &level;
        };
        if (sure_returns(reading)) consider(*state_.sure);
        if (state_.counted && fits(*state_.counted, reading)) consider(*state_.counted);
        for (auto& level : state_.undecided) {
            if (fits(level, reading) && !leaps(level, reading)) consider(level);
        }
        return best;
    }

    RegisterLevel& trusted() { return state_.counted ? *state_.counted : *state_.sure; }

    /// Moves `level` on to `reading`, which fits it; what it grew by, if it did.
    static std::optional<Increment> advance(RegisterLevel& level, const RegisterReading& reading) {
        const double pace = rate(level, reading);
        if (reading.at > level.last.at) level.prior = level.last;
        level.last.at = reading.at;
        const double step = reading.value - level.last.value;
        if (step <= rounding(reading.value)) return std::nullopt;
        level.last.value = reading.value;
        if (reading.value >= plateau) {
            ++level.growths;
            level.fastest = std::max(level.fastest, pace);
        }
        return Increment{level.prior.at, reading.at, step};
    }

    /// Near zero a return could not be told from a reset.
    static bool is_surge(const RegisterLevel& level, const RegisterReading& reading) {
        return level.last.value > reset_at_most + noise &&
               reading.value - level.last.value > surge_at_least &&
               rate(level, reading) > surge_factor * level.fastest;
    }

    /// Where a new level has begun to count, a value far above the old one is more likely a spike than the
    /// old level with more load than ever.
    bool return_is_doubtful(const RegisterReading& reading) const {
        double fastest = state_.sure->fastest;
        bool grown = false;
        for (const auto& level : state_.undecided) {
            grown = grown || level.growths > 0;
            fastest = std::max(fastest, level.fastest);
        }
        return grown && reading.value - state_.sure->last.value > doubt_at_least &&
               rate(*state_.sure, reading) > leap_factor * fastest;
    }

    void follow_sure(const RegisterReading& reading) {
        if (return_is_doubtful(reading)) {
            const auto since = reference(*state_.sure, reading.at);
            open_undecided(LevelKind::returned, reading);
            return append(state_.undecided.back().increments,
                          {since.at, reading.at, reading.value - state_.sure->last.value});
        }
        take_back_counted();
        close_undecided();
        auto& sure = *state_.sure;
        if (is_surge(sure, reading)) return open_surge(reading);
        record_noise(sure, reading);
        if (const auto grown = advance(sure, reading)) append(fold_.increments, *grown);
    }

    void open_surge(const RegisterReading& reading) {
        const auto& sure = *state_.sure;
        const auto since = reference(sure, reading.at);
        open_counted(LevelKind::surge, reading, {since.at, reading.at, reading.value - sure.last.value});
        state_.counted->prior = since;
    }

    void follow_counted(const RegisterReading& reading) {
        close_undecided();
        auto& level = *state_.counted;
        // Only one level at a time can be taken back: of two, the one that has not grown yet.
        if (level.kind == LevelKind::surge && level.growths > 0 && is_surge(level, reading)) {
            accept_counted();
            return open_surge(reading);
        }
        record_noise(level, reading);
        const auto grown = advance(level, reading);
        if (!grown) return;
        append(fold_.increments, *grown);
        append(level.increments, *grown);
        if (is_confirmed(level)) accept_counted();
    }

    void follow_undecided(std::size_t index, const RegisterReading& reading) {
        auto& level = state_.undecided[index];
        const auto grown = advance(level, reading);
        if (!grown) return;
        append(level.increments, *grown);
        if (is_confirmed(level)) decide_for(index);
    }

    void open(const RegisterReading& reading) {
        if (const auto step = rollover_step(reading)) {
            accept_counted();
            const auto since = reference(*state_.sure, reading.at);
            record(CorrectionClass::rollover, reading, *step);
            return open_counted(LevelKind::rollover, reading, {since.at, reading.at, *step});
        }
        const bool reset = reading.value <= reset_at_most && reading.value < trusted().last.value;
        open_undecided(reset ? LevelKind::reset : LevelKind::replaced, reading);
    }

    std::optional<double> rollover_step(const RegisterReading& reading) {
        const auto& level = trusted();
        const auto end = end_of_register(level.last.value);
        if (!end || reading.value >= level.last.value) return std::nullopt;
        const double step = *end - level.last.value + reading.value;
        const double possible = most_possible(level, reading.at, limits_) - level.last.value;
        const bool small = reading.value <= *end / 1000 || (reading.value <= *end / 100 && step <= possible);
        return small || is_usual(level, reading.at, step) ? std::optional{step} : std::nullopt;
    }

    /// Behind a silence of weeks a register may be far beyond its end, but no further than its own pace.
    static bool is_usual(const RegisterLevel& level, core::Instant at, double step) {
        if (level.growths < growths_to_confirm) return false;
        return step <= pace_factor * level.fastest * hours(at - reference(level, at).at);
    }

    void open_counted(LevelKind kind, const RegisterReading& reading, const Increment& step) {
        auto level = RegisterLevel{kind, reading, reading, reading};
        level.fastest = state_.sure->fastest;
        append(level.increments, step);
        append(fold_.increments, step);
        state_.counted = std::move(level);
    }

    void open_undecided(LevelKind kind, const RegisterReading& reading) {
        if (state_.undecided.size() >= most_undecided) drop_least();
        state_.undecided.push_back(RegisterLevel{kind, reading, reading, reading});
    }

    void drop_least() {
        const auto weaker = [](const RegisterLevel& left, const RegisterLevel& right) {
            return std::pair{left.growths, left.last.at} < std::pair{right.growths, right.last.at};
        };
        const auto least = std::min_element(state_.undecided.begin(), state_.undecided.end(), weaker);
        record(CorrectionClass::glitch, least->first, 0);
        state_.undecided.erase(least);
    }

    void accept_counted() {
        if (!state_.counted) return;
        state_.sure = std::move(state_.counted);
        state_.counted.reset();
        state_.sure->kind = LevelKind::sure;
        state_.sure->increments.clear();
    }

    void take_back_counted() {
        if (!state_.counted) return;
        const auto level = std::move(*state_.counted);
        state_.counted.reset();
        double total = 0;
        for (auto increment : level.increments) {
            total += increment.amount;
            increment.amount = -increment.amount;
            append(fold_.increments, increment);
        }
        record(CorrectionClass::glitch, level.first, -total);
    }

    void close_undecided() {
        for (const auto& level : state_.undecided)
            record(CorrectionClass::glitch, level.first, 0);
        state_.undecided.clear();
    }

    /// The level at `index` is real. One before it that had grown three times was real too: a meter that was
    /// reset twice within 20 minutes.
    void decide_for(std::size_t index) {
        accept_counted();
        auto levels = std::exchange(state_.undecided, {});
        auto winner = std::move(levels[index]);
        levels.erase(levels.begin() + static_cast<std::ptrdiff_t>(index));
        for (auto& level : levels) {
            if (was_real_before(level, winner)) {
                adopt(std::move(level));
            } else {
                record(CorrectionClass::glitch, level.first, 0);
            }
        }
        adopt(std::move(winner));
    }

    bool was_real_before(const RegisterLevel& level, const RegisterLevel& winner) const {
        const bool new_levels = level.kind != LevelKind::returned && winner.kind != LevelKind::returned;
        return new_levels && level.growths >= growths_to_confirm && level.first.at >= state_.sure->last.at &&
               level.last.at <= winner.first.at;
    }

    void adopt(RegisterLevel level) {
        const double first = level.kind == LevelKind::reset ? level.first.value : 0;
        if (level.kind == LevelKind::reset) record(CorrectionClass::reset, level.first, first);
        if (level.kind == LevelKind::replaced) record(CorrectionClass::replaced, level.first, 0);
        if (first > 0) {
            const auto since = reference(*state_.sure, level.first.at).at;
            append(fold_.increments, {since, level.first.at, first});
        }
        for (const auto& increment : level.increments)
            append(fold_.increments, increment);
        level.increments.clear();
        level.kind = LevelKind::sure;
        state_.sure = std::move(level);
    }

    /// A register that trembles would fill the table: one record a quarter hour stands for all of them.
    void record_noise(const RegisterLevel& level, const RegisterReading& reading) {
        if (reading.value >= level.last.value - rounding(level.last.value)) return;
        if (state_.noise_at && reading.at - *state_.noise_at < noise_record_every) return;
        state_.noise_at = reading.at;
        record(CorrectionClass::noise, reading, 0);
    }

    void record(CorrectionClass kind, const RegisterReading& reading, double energy) {
        fold_.corrections.push_back({reading.at, kind, trusted().last.value, reading.value, energy});
    }

    RegisterFold& fold_;
    RegisterState& state_;
    const RegisterLimits& limits_;
};

}  // namespace

RegisterLimits energy_limits(std::optional<double> rated_kw) {
    if (!rated_kw || !(*rated_kw > 0)) return {};
    return {1.5 * *rated_kw};
}

RegisterLimits co2_limits(std::optional<double> rated_kw, double co2_factor) {
    return {energy_limits(rated_kw).most_per_hour * std::max(1.5, 2 * co2_factor)};
}

std::string_view name(CorrectionClass correction) {
    switch (correction) {
        case CorrectionClass::glitch:
            return "glitch";
        case CorrectionClass::noise:
            return "noise";
        case CorrectionClass::reset:
            return "reset";
        case CorrectionClass::rollover:
            return "rollover";
        case CorrectionClass::replaced:
            return "replaced";
    }
    return "glitch";
}

std::optional<double> RegisterState::last_sure() const {
    if (counted) return counted->last.value;
    if (sure) return sure->last.value;
    return std::nullopt;
}

bool is_settled(const RegisterState& state) {
    if (!state.sure || state.counted || !state.undecided.empty()) return false;
    const RegisterLevel& level = *state.sure;
    return is_confirmed(level) && level.last.value - level.first.value > noise;
}

RegisterFold fold(RegisterState state, std::span<const RegisterReading> readings,
                  const RegisterLimits& limits) {
    RegisterFold result{std::move(state), {}, {}, {}};
    Machine machine(result, limits);
    for (const auto& reading : readings)
        machine.read(reading);
    return result;
}

RegisterRefold refold(const RegisterState& checkpoint, std::span<const RegisterReading> folded_before,
                      const RegisterLimits& limits_before, std::span<const RegisterReading> all,
                      const RegisterLimits& limits) {
    auto before = fold(checkpoint, folded_before, limits_before);
    auto after = fold(checkpoint, all, limits);
    RegisterRefold result;
    result.changes = difference(sum_by_quarter(before.increments), sum_by_quarter(after.increments));
    for (const auto& correction : before.corrections) {
        const auto same = std::find(after.corrections.begin(), after.corrections.end(), correction);
        if (same == after.corrections.end()) {
            result.withdrawn.push_back(correction);
        } else {
            after.corrections.erase(same);
        }
    }
    result.added = std::move(after.corrections);
    result.state = std::move(after.state);
    result.checkpoints = std::move(after.checkpoints);
    return result;
}

}  // namespace silaware::domain
