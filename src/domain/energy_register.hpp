#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"
#include "domain/interval_split.hpp"

/// From the readings of a cumulative register (kWh, or kg of CO2) to what was really consumed, through
/// resets, rollovers, swapped meters, dips, spikes, noise and gaps.
///
/// A reading belongs to a *level*: the run of values one healthy register shows. The level that is `sure`
/// counts. A reading it can't explain (a fall, or a rise no load could make) opens a level that is
/// *undecided*: its growth is kept, not counted, until the level has grown three times over at least 20
/// minutes (it is counted from then on, at the times it was used) or the old level returns (it was a glitch).
/// *The old level returns* with a value that is not below its last sure one (but for noise) and not above
/// what a load could have made since then, if that level explains the value best: the nearest level wins, the
/// older of two equally near, and a level that grows at its own steady pace keeps its readings even where
/// they pass the old one. Two levels count at once and are taken back if the old level returns before they
/// are confirmed: a rollover, and a surge (a rise that is possible, but more than twice as fast as this
/// register ever rose).
namespace silaware::domain {

struct RegisterReading {
    core::Instant at;
    double value = 0;
    bool operator==(const RegisterReading&) const = default;
};

/// What a load can make, in register units (kWh, kg) per hour.
struct RegisterLimits {
    double most_per_hour = 20'000;
    bool operator==(const RegisterLimits&) const = default;
};

/// 1.5 times the rated power, or 20 MW where it is not known (absent or not positive).
RegisterLimits energy_limits(std::optional<double> rated_kw);
/// The kg of CO2 the same load can emit: 1.5 kg a kWh (above any grid), or twice `co2_factor` if that is
/// more.
RegisterLimits co2_limits(std::optional<double> rated_kw, double co2_factor);

enum class CorrectionClass { glitch, noise, reset, rollover, replaced };
/// As in the API: "glitch", "noise", "reset", "rollover", "replaced".
std::string_view name(CorrectionClass correction);

/// A place where the energy is not simply the difference of two readings.
struct Correction {
    core::Instant observed_at;  ///< of the first reading that did not fit
    CorrectionClass kind = CorrectionClass::glitch;
    double before = 0;  ///< the last sure register value
    double after = 0;   ///< what was read instead
    double energy =
        0;  ///< what the event itself counted: a reset's first value, a rollover's step; a rollover or
            ///< surge that is taken back is a glitch with the negative of what had been counted
    bool operator==(const Correction&) const = default;
};

enum class LevelKind : std::uint8_t { sure, reset, replaced, absurd, rollover, surge, returned };

/// A run of values one healthy register shows.
struct RegisterLevel {
    LevelKind kind = LevelKind::sure;
    RegisterReading first;
    RegisterReading last;   ///< time of the newest reading, and the highest value so far
    RegisterReading prior;  ///< the same before the readings that share the newest time
    double fastest = 0;     ///< steepest rise so far, per hour
    std::uint32_t growths = 0;
    std::vector<Increment> increments = {};  ///< not yet counted, or (rollover, surge) not yet beyond recall
    bool operator==(const RegisterLevel&) const = default;
};

/// All that is known of a register after some readings; a few hundred bytes, to be kept between batches.
struct RegisterState {
    std::optional<RegisterLevel> sure;
    std::optional<RegisterLevel> counted;   ///< a rollover or surge above `sure` that can still be taken back
    std::vector<RegisterLevel> undecided;   ///< in order of opening
    std::optional<core::Instant> head;      ///< observed time of the newest reading
    std::optional<core::Instant> noise_at;  ///< of the last recorded noise
    bool ever_positive = false;             ///< false for a register that, but for glitches, only showed 0
    bool operator==(const RegisterState&) const = default;

    /// The register value to show; nothing before the first usable reading.
    std::optional<double> last_sure() const;
};

/// True for a state whose readings alone make sure of the register, whatever it showed before them: one
/// level, confirmed as a new one has to be and grown beyond any noise, and nothing to be decided. From there
/// on a fold that began in the middle counts what one of all readings does.
bool is_settled(const RegisterState& state);

/// The state as bytes for a BLOB column; exact to the bit, with a version in front.
std::string serialize(const RegisterState& state);
/// Error `invalid` for bytes that `serialize` of this version or an older one has not made.
core::Result<RegisterState> parse_register_state(std::string_view bytes);

/// Observed times are within 24 h of the receipt, so a late reading is at most this far behind the head;
/// older checkpoints are never needed.
inline constexpr auto checkpoints_kept = std::chrono::hours{48};

/// The state made of all readings observed before `before`, a full hour (UTC).
struct RegisterCheckpoint {
    core::Instant before;
    RegisterState state;
    bool operator==(const RegisterCheckpoint&) const = default;
};

struct RegisterFold {
    RegisterState state;
    std::vector<Increment> increments;  ///< to be added to the roll-ups; negative where a count is taken
                                        ///< back; those of a level decided late lie in the past
    std::vector<Correction> corrections;
    /// One for each full hour that was passed; of a longer silence only those of its last `checkpoints_kept`.
    std::vector<RegisterCheckpoint> checkpoints;
};

/// Folds `readings` into `state`. They must be sorted by observed time, readings of one time by receipt, and
/// none may be older than `state.head` (see `refold`). How they are cut into calls changes nothing. Values
/// that are not finite are skipped; the first usable reading of a register is its baseline and counts
/// nothing.
RegisterFold fold(RegisterState state, std::span<const RegisterReading> readings,
                  const RegisterLimits& limits);

/// What has to change in the tables after readings arrived late.
struct RegisterRefold {
    RegisterState state;                          ///< the new head
    QuarterSums changes;                          ///< to be added to the roll-ups
    std::vector<Correction> withdrawn;            ///< to be deleted
    std::vector<Correction> added;                ///< to be inserted
    std::vector<RegisterCheckpoint> checkpoints;  ///< to replace every stored one from `checkpoint.before` on
};

/// Makes the tables what they would be had the late readings come in order: folds from `checkpoint` (the
/// newest stored state that is not after the oldest late reading; an empty state if there never was one) once
/// the readings that were folded since then and once all of them, both sorted, and returns the difference. It
/// needs no account of who counted what. `limits_before` must be those the readings were folded with before;
/// where they differ from `limits`, all readings behind the checkpoint are judged anew.
RegisterRefold refold(const RegisterState& checkpoint, std::span<const RegisterReading> folded_before,
                      const RegisterLimits& limits_before, std::span<const RegisterReading> all,
                      const RegisterLimits& limits);

}  // namespace silaware::domain
