#include "portal/device_fields.hpp"

#include "core/text.hpp"

namespace silaware::portal {

namespace {

constexpr std::size_t longest_text = 255;
constexpr double most_watts = 1e9;

std::string short_text(Fields& fields, std::string_view name, const std::string& before) {
    auto text = fields.text(name);
    if (!text) return fields.has(name) ? std::string() : before;
    if (!core::is_printable(*text) || core::code_points(*text) > longest_text) {
        fields.refuse(name, "This must be text of at most 255 characters, in one line.");
    }
    return *text;
}

std::optional<std::string> none_if_empty(std::string text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::optional<double> rated_power(Fields& fields, const std::optional<double>& before) {
    if (!fields.has("rated_power_w")) return before;
    const auto watts = fields.number("rated_power_w");
    if (watts && (*watts <= 0 || *watts > most_watts)) {
        fields.refuse("rated_power_w", "The rated power is above 0 W.");
    }
    return watts;
}

}  // namespace

core::Result<storage::DeviceRow> read_device(Fields& fields, const storage::Device& before) {
    const auto address =
        fields.has("mac_address") ? fields.text("mac_address").value_or("") : before.mac_address;
    auto id = core::DeviceId::parse(address);
    if (!id) fields.refuse("mac_address", id.error().message);
    storage::DeviceDetails details;
    details.mcu_type = short_text(fields, "mcu_type", before.mcu_type);
    details.location = short_text(fields, "location", before.location);
    details.name = none_if_empty(short_text(fields, "name", before.name.value_or("")));
    details.group_name = none_if_empty(short_text(fields, "group", before.group_name.value_or("")));
    details.rated_power_w = rated_power(fields, before.rated_power_w);
    details.is_submeter =
        fields.has("submeter") ? fields.boolean("submeter").value_or(false) : before.is_submeter;
    if (const auto checked = fields.check(); !checked) return core::fail(checked.error());
    return storage::DeviceRow{std::move(*id), std::move(details)};
}

}  // namespace silaware::portal
