#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "view/number.hpp"
#include "view/renderer.hpp"

namespace silaware::view {
namespace {

/// Values of devices stand in the subject and in text lines: no line break may come from them.
std::string one_line(std::string text) {
    for (auto& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

std::string with_id(const std::string& words, const std::string& id) {
    return one_line(words.empty() ? id : id.empty() ? words : words + " (" + id + ")");
}

std::string place(const MailDevice& device) {
    const bool both = !device.name.empty() && !device.location.empty();
    return with_id(device.name + (both ? ", " : "") + device.location, device.id);
}

/// The place that all of them are about.
std::optional<std::string> only_place(const std::vector<AlertMail>& alerts) {
    if (alerts.empty()) return std::nullopt;
    const std::string first = place(alerts.front().device);
    const bool same =
        std::ranges::all_of(alerts, [&](const AlertMail& alert) { return place(alert.device) == first; });
    return same && !first.empty() ? std::optional(first) : std::nullopt;
}

Fields device_fields(const MailDevice& device) {
    Fields fields{.values = {{"PLACE", place(device)},
                             {"DEVICE", with_id(device.name, device.id)},
                             {"LOCATION", one_line(device.location)}}};
    fields.show_if(!device.location.empty(), "WITH_LOCATION");
    return fields;
}

/// How the value of a kind of alert is written; a unit that begins with `unit.` is a word of the catalogue.
/// Readings and limits are written as they are: 30.0 is not above 30.0.
struct Measure {
    std::string_view kind;
    int decimals;  ///< at least
    std::string_view unit;
    enum class Rounding { none, as_limit, to_decimals } rounding = Rounding::to_decimals;
};
constexpr std::array measures{
    Measure{"temperature", 1, "°C", Measure::Rounding::none},
    Measure{"humidity", 1, "%", Measure::Rounding::none},
    Measure{"disk", 1, "%"},
    Measure{"power", 0, "W", Measure::Rounding::none},
    Measure{"power_factor", 2, ""},
    Measure{"spool", 0, "MiB"},
    Measure{"maintenance", 1, "unit.hours", Measure::Rounding::as_limit},
    Measure{"offline", 0, "unit.minutes"},
    Measure{"stale", 0, "unit.minutes"},
    Measure{"database", 0, "unit.minutes"},
};

/// With at least `decimals` of them.
std::string exactly(double value, int decimals, std::string_view language) {
    return format_number(value, std::max(decimals, decimals_of(value)), language);
}

void put_in(std::string& sentence, std::string_view marker, const std::string& words) {
    if (const auto at = sentence.find(marker); at != std::string::npos)
        sentence.replace(at, marker.size(), words);
}

}  // namespace

/// The kind itself, where the catalogue has no word for it.
std::string Renderer::alert_text(const std::string& language, std::string_view prefix,
                                 std::string_view kind) const {
    const auto* known =
        texts().find(texts().speaks(language) ? language : "en", std::string(prefix) + std::string(kind));
    return known == nullptr ? one_line(std::string(kind)) : *known;
}

Renderer::Measured Renderer::with_units(const std::string& language, std::string_view kind,
                                        const std::optional<double>& value,
                                        const std::optional<double>& limit) const {
    const auto known = std::find_if(measures.begin(), measures.end(),
                                    [&](const Measure& measure) { return measure.kind == kind; });
    const Measure measure = known == measures.end() ? Measure{kind, 1, ""} : *known;
    const bool is_word = measure.unit.starts_with("unit.");
    const std::string unit = is_word ? text(language, std::string(measure.unit)) : std::string(measure.unit);
    const auto show = [&](const std::optional<double>& number, bool exact, int decimals) {
        if (!number) return std::string();
        const std::string shown =
            exact ? exactly(*number, decimals, language) : format_number(*number, decimals, language);
        return unit.empty() ? shown : shown + " " + unit;
    };
    const bool exact = measure.rounding == Measure::Rounding::none;
    int decimals = measure.decimals;
    if (measure.rounding == Measure::Rounding::as_limit && limit)
        decimals = std::max(decimals, decimals_of(*limit));
    return {show(value, exact, decimals), show(limit, exact, decimals)};
}

std::string Renderer::alert_sentence(const std::string& language, std::string_view kind,
                                     const std::optional<double>& value,
                                     const std::optional<double>& limit) const {
    const std::string spoken = texts().speaks(language) ? language : "en";
    std::string sentence = alert_text(spoken, "alert.says.", kind);
    const Measured measured = with_units(spoken, kind, value, limit);
    put_in(sentence, "{value}", measured.value);
    put_in(sentence, "{limit}", measured.limit);
    return sentence;
}

Fields Renderer::alert_fields(const AlertMail& alert) const {
    const Measured measured = with_units(alert.language, alert.kind, alert.value, alert.limit);
    Fields fields{
        .values = {{"KIND", alert_text(alert.language, "alert.kind.", alert.kind)},
                   {"PLACE", place(alert.device)},
                   {"MESSAGE", alert_sentence(alert.language, alert.kind, alert.value, alert.limit)},
                   {"VALUE", measured.value},
                   {"LIMIT", measured.limit},
                   {"RAISED_AT", one_line(alert.raised_at)}}};
    fields.show_if(!place(alert.device).empty(), "WITH_PLACE");
    fields.show_if(alert.value.has_value(), "WITH_VALUE");
    fields.show_if(alert.limit.has_value(), "WITH_LIMIT");
    return fields;
}

Mail Renderer::render(const MaintenanceMail& data) const {
    // As many decimals as the interval has: a run of 905 s has passed 0.25 h, not 0.2.
    const int decimals = std::max(1, decimals_of(data.interval_hours));
    const auto hours = [&](double value) { return format_number(value, decimals, data.language); };
    Fields fields = device_fields(data.device);
    fields.values.insert(fields.values.end(), {{"TOTAL", hours(data.total_hours)},
                                               {"INTERVAL", hours(data.interval_hours)},
                                               {"PASSED", hours(data.passed_hours)}});
    return mail(data.name, data, std::move(fields));
}

Mail Renderer::render(const ClimateMail& data) const {
    const bool temperature = data.quantity == ClimateQuantity::temperature;
    const std::string unit = temperature ? " °C" : " %";
    Fields fields = device_fields(data.device);
    fields.values.insert(
        fields.values.end(),
        {{"QUANTITY", text(data.language, temperature ? "climate.temperature" : "climate.humidity")},
         {"VALUE", exactly(data.value, 1, data.language) + unit},
         {"LIMIT", exactly(data.limit, 1, data.language) + unit},
         {"OBSERVED_AT", one_line(data.observed_at)},
         {"SINCE", one_line(data.since)}});
    fields.sections.push_back(data.reminder ? "REMINDER" : "FIRST");
    return mail(data.name, data, std::move(fields));
}

Mail Renderer::render(const AlertMail& data) const {
    return mail(data.name, data, alert_fields(data));
}

Mail Renderer::render(const DigestMail& data) const {
    std::vector<Fields> rows;
    std::vector<std::string> kinds;
    for (auto alert : data.alerts) {
        alert.language = data.language;
        rows.push_back(alert_fields(alert));
        std::string kind = alert_text(data.language, "alert.kind.", alert.kind);
        if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(std::move(kind));
    }
    Fields fields{.values = {{"COUNT", std::to_string(data.alerts.size() + data.further)},
                             {"FURTHER", std::to_string(data.further)},
                             {"KINDS", fmt::format("{}", fmt::join(kinds, ", "))}},
                  .rows = {{"ALERT", std::move(rows)}}};
    const auto place = only_place(data.alerts);
    fields.values.emplace_back("PLACE", place.value_or(""));
    fields.sections.push_back(place ? "ONE_DEVICE" : "SEVERAL_DEVICES");
    fields.show_if(data.further > 0, "WITH_FURTHER");
    return mail(data.name, data, std::move(fields));
}

Mail Renderer::render(const TestMail& data) const {
    return mail(data.name, data, {.values = {{"ASKED_BY", one_line(data.asked_by)}}});
}

Mail Renderer::render(const PasswordResetMail& data) const {
    return mail(
        data.name, data,
        {.values = {{"USERNAME", one_line(data.username)}, {"MINUTES", std::to_string(data.valid_minutes)}}});
}

Mail Renderer::render(const MonthlyMail& data) const {
    const auto number = [&](double value, int decimals) {
        return format_number(value, decimals, data.language);
    };
    std::vector<Fields> rows;
    for (const auto& meter : data.meters) {
        const std::string aside = meter.in_total ? "" : text(data.language, "mail.monthly.submeter");
        rows.push_back({.values = {{"PLACE", place(meter.device) + aside},
                                   {"KWH", number(meter.energy_kwh, 1)},
                                   {"COST", number(meter.cost, 0)},
                                   {"CO2", number(meter.co2_kg, 1)},
                                   {"DEMAND", number(meter.max_demand_kw, 2)}}});
    }
    return mail(data.name, data,
                {.values = {{"MONTH", one_line(data.month)},
                            {"CURRENCY", one_line(data.currency)},
                            {"TOTAL_KWH", number(data.energy_kwh, 1)},
                            {"TOTAL_COST", number(data.cost, 0)},
                            {"TOTAL_CO2", number(data.co2_kg, 1)}},
                 .rows = {{"METER", std::move(rows)}}});
}

}  // namespace silaware::view
