#include "domain/climate_message.hpp"

#include "domain/payload.hpp"

namespace silaware::domain {

namespace {

namespace json = boost::json;
using core::ErrorCode;
using core::fail;

/// As in `meter_data`, an array of one is its element; more than one value fits no row.
std::optional<float> quantity(const json::object& message, std::string_view key) {
    const json::value* value = message.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (const json::array* array = value->if_array()) {
        return array->size() == 1 ? finite_float(array->front()) : std::nullopt;
    }
    return finite_float(*value);
}

}  // namespace

core::Result<ClimateMessage> parse_climate(std::string_view payload) {
    PayloadDocument document;
    const auto message = document.read(payload);
    if (!message) return fail(message.error());
    auto id = device_id_field(**message, "id");
    if (!id) return fail(id.error());
    const auto temperature = quantity(**message, "temperature");
    const auto humidity = quantity(**message, "humidity");
    if (!temperature && !humidity) {
        return fail(ErrorCode::invalid, "neither \"temperature\" nor \"humidity\" is a number");
    }
    return ClimateMessage{std::move(*id), temperature, humidity};
}

}  // namespace silaware::domain
