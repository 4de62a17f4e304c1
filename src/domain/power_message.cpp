#include "domain/power_message.hpp"

#include <span>

#include <fmt/format.h>

#include "core/text.hpp"
#include "domain/payload.hpp"

namespace silaware::domain {

namespace {

namespace json = boost::json;
using core::ErrorCode;
using core::fail;

// A TEXT column; 1e5 is stored as 100000, so that a payload of 64 KiB can pass it.
constexpr std::size_t longest_history = 65'535;
// Every sample's row carries the history: 64 KiB of payload could ask for half a gigabyte of rows.
constexpr std::size_t most_history_bytes = 4 * 1024 * 1024;

/// The elements of one quantity: those of an array, a scalar as the only one, none if absent or null.
std::span<const json::value> elements(const json::object& meter_data, std::string_view quantity) {
    const json::value* value = meter_data.if_contains(quantity);
    if (value == nullptr || value->is_null() || value->is_object()) return {};
    if (const json::array* array = value->if_array()) return {array->data(), array->size()};
    return {value, 1};
}

template <typename Number, typename Read>
void fill(std::vector<PowerSample>& samples, const json::object& meter_data, std::string_view quantity,
          std::optional<Number> PowerSample::* field, Read read) {
    const auto values = elements(meter_data, quantity);
    if (samples.size() < values.size()) samples.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        samples[i].*field = read(values[i]);
}

std::vector<PowerSample> samples_of(const json::object& meter_data) {
    std::vector<PowerSample> samples;
    fill(samples, meter_data, "voltage", &PowerSample::voltage, finite_float);
    fill(samples, meter_data, "current", &PowerSample::current, finite_float);
    fill(samples, meter_data, "power", &PowerSample::power, finite_float);
    fill(samples, meter_data, "frequency", &PowerSample::frequency, finite_float);
    fill(samples, meter_data, "pf", &PowerSample::pf, finite_float);
    fill(samples, meter_data, "energy", &PowerSample::energy, finite_number);
    fill(samples, meter_data, "co2", &PowerSample::co2, finite_number);
    return samples;
}

std::optional<RelayState> relay_of_number(double number) {
    if (number == 1) return RelayState::on;
    if (number == 0) return RelayState::off;
    return std::nullopt;
}

std::optional<RelayState> relay_of_text(std::string_view text) {
    const std::string folded = core::lower_ascii(core::trim(text));
    if (folded == "on" || folded == "true") return RelayState::on;
    if (folded == "off" || folded == "false") return RelayState::off;
    const auto number = core::parse_number(folded);
    return number ? relay_of_number(*number) : std::nullopt;
}

std::optional<RelayState> relay_state_of(const json::object& message) {
    const json::value* value = message.if_contains("relay_state");
    if (value == nullptr) return std::nullopt;
    if (const bool* on = value->if_bool()) return *on ? RelayState::on : RelayState::off;
    if (const json::string* text = value->if_string()) return relay_of_text(*text);
    const auto number = finite_number(*value);
    return number ? relay_of_number(*number) : std::nullopt;
}

std::optional<core::LocalTime> rtc_of(const json::object& message) {
    const json::value* value = message.if_contains("rtc");
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return core::parse_meter_clock(value->get_string());
}

std::optional<std::string> energy_history_of(const json::object& message) {
    const json::value* value = message.if_contains("energy_history");
    if (value == nullptr || !value->is_array()) return std::nullopt;
    std::string text = to_json_text(*value);
    return text.size() <= longest_history ? std::optional(std::move(text)) : std::nullopt;
}

/// Nothing, or why the rows of a message would take more space than any meter has need of.
std::optional<core::Error> too_much(std::size_t samples, const std::optional<std::string>& history) {
    if (!history || samples * history->size() <= most_history_bytes) return std::nullopt;
    return core::Error{
        ErrorCode::invalid,
        fmt::format(
            "the rows would take more than 4 MiB: {} samples, each with the \"energy_history\" of {} bytes",
            samples, history->size())};
}

core::Result<std::vector<PowerSample>> samples_field(const json::object& message) {
    const json::value* value = message.if_contains("meter_data");
    if (value == nullptr || value->is_null()) return fail(ErrorCode::invalid, "\"meter_data\" is missing");
    if (!value->is_object()) return fail(ErrorCode::invalid, "\"meter_data\" must be an object");
    auto samples = samples_of(value->get_object());
    if (samples.empty()) return fail(ErrorCode::invalid, "\"meter_data\" holds no sample");
    return samples;
}

}  // namespace

std::string_view name(RelayState state) {
    return state == RelayState::on ? "ON" : "OFF";
}

core::Result<PowerMessage> parse_power(std::string_view payload) {
    PayloadDocument document;
    const auto message = document.read(payload);
    if (!message) return fail(message.error());
    auto uid = device_id_field(**message, "uid");
    if (!uid) return fail(uid.error());
    auto samples = samples_field(**message);
    if (!samples) return fail(samples.error());
    auto history = energy_history_of(**message);
    if (const auto reason = too_much(samples->size(), history)) return fail(*reason);
    return PowerMessage{std::move(*uid), rtc_of(**message), relay_state_of(**message), std::move(history),
                        std::move(*samples)};
}

}  // namespace silaware::domain
