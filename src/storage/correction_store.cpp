#include "storage/correction_store.hpp"

#include "storage/rows_by_key.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view insert_correction = R"(
    INSERT INTO corrections (device_id, observed_ms, register_name, class, before_value, after_value, energy_kwh)
    VALUES (?, ?, ?, ?, ?, ?, ?))";
constexpr std::string_view withdraw_correction = R"(
    DELETE FROM corrections
     WHERE device_id = ? AND observed_ms = ? AND register_name = ? AND class = ? AND before_value = ?
       AND after_value = ? LIMIT 1)";
constexpr std::string_view find_corrections = R"(
    SELECT id, observed_ms, class, before_value, after_value, energy_kwh FROM corrections
     WHERE device_id = ? AND register_name = ? AND observed_ms >= ? AND observed_ms < ? ORDER BY observed_ms, id)";
constexpr std::string_view delete_correction = "DELETE FROM corrections WHERE id = ?";
constexpr std::string_view find_noise = R"(
    SELECT MAX(observed_ms) FROM corrections
     WHERE device_id = ? AND register_name = ? AND class = 'noise' AND observed_ms < ?)";

struct CorrectionRow {
    KnownDeviceId device_id;
    std::int64_t observed_ms;
    std::string_view register_name;
    std::string_view kind;
    double before;
    double after;
    double energy;
};

domain::CorrectionClass class_of(std::string_view text) {
    using domain::CorrectionClass;
    for (const auto kind : {CorrectionClass::noise, CorrectionClass::reset, CorrectionClass::rollover,
                            CorrectionClass::replaced}) {
        if (text == domain::name(kind)) return kind;
    }
    return CorrectionClass::glitch;
}

}  // namespace

void add_corrections(Connection& connection, KnownDeviceId meter, Register which,
                     const std::vector<domain::Correction>& corrections) {
    std::vector<CorrectionRow> rows;
    for (const domain::Correction& correction : corrections) {
        rows.push_back({meter, core::epoch_ms(correction.observed_at), name(which),
                        domain::name(correction.kind), correction.before, correction.after,
                        correction.energy});
    }
    connection.bulk(insert_correction, rows);
}

void withdraw_corrections(Connection& connection, KnownDeviceId meter, Register which,
                          const std::vector<domain::Correction>& corrections) {
    for (const domain::Correction& correction : corrections) {
        connection.execute(withdraw_correction, meter, core::epoch_ms(correction.observed_at), name(which),
                           domain::name(correction.kind), correction.before, correction.after);
    }
}

std::vector<StoredCorrection> corrections_between(Connection& connection, KnownDeviceId meter, Register which,
                                                  core::Instant from, core::Instant to) {
    struct Row {
        std::int64_t id;
        std::int64_t observed_ms;
        std::string kind;
        double before;
        double after;
        double energy;
    };
    std::vector<StoredCorrection> corrections;
    for (const Row& row : connection.select<Row>(find_corrections, meter, name(which), core::epoch_ms(from),
                                                 core::epoch_ms(to))) {
        corrections.push_back(
            {row.id,
             {core::from_epoch_ms(row.observed_ms), class_of(row.kind), row.before, row.after, row.energy}});
    }
    return corrections;
}

void delete_corrections(Connection& connection, const std::vector<std::int64_t>& ids) {
    for_each_id(connection, delete_correction, ids);
}

std::optional<core::Instant> last_noise_before(Connection& connection, KnownDeviceId meter, Register which,
                                               core::Instant at) {
    const auto ms = connection.select_one<std::optional<std::int64_t>>(find_noise, meter, name(which),
                                                                       core::epoch_ms(at));
    return ms && *ms ? std::optional(core::from_epoch_ms(**ms)) : std::nullopt;
}

}  // namespace silaware::storage
