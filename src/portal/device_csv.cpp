#include "portal/device_csv.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "core/text.hpp"
#include "portal/device_fields.hpp"
#include "sheet/csv.hpp"

namespace silaware::portal {

namespace {

using core::ErrorCode;
using Cells = std::vector<std::string>;

constexpr std::array<std::string_view, 7> columns = {"mac_address",   "mcu_type", "location", "name",
                                                     "rated_power_w", "group",    "submeter"};
constexpr std::size_t most_devices = 10'000;
constexpr std::size_t most_problems = 20;

/// The apostrophe that the export put in front.
std::string unmasked(std::string cell) {
    if (cell.starts_with('\'') && sheet::looks_like_formula(std::string_view(cell).substr(1)))
        cell.erase(0, 1);
    return cell;
}

/// Takes one record off the front of `text`; quoted cells may hold separators and line breaks.
Cells next_record(std::string_view& text, char separator) {
    Cells cells(1);
    bool quoted = false;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (quoted) {
            if (c != '"') {
                cells.back() += c;
            } else if (text.starts_with('"')) {
                cells.back() += '"';
                text.remove_prefix(1);
            } else {
                quoted = false;
            }
        } else if (c == '"' && cells.back().empty()) {
            quoted = true;
        } else if (c == separator) {
            cells.emplace_back();
        } else if (c == '\n') {
            break;
        } else if (c != '\r') {
            cells.back() += c;
        }
    }
    return cells;
}

char separator_of(std::string_view text) {
    const auto header = text.substr(0, text.find('\n'));
    for (const char separator : {';', '\t'}) {
        if (header.find(separator) != header.npos && header.find(',') == header.npos) return separator;
    }
    return ',';
}

bool is_blank(const Cells& cells) {
    return std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return core::trim(cell).empty(); });
}

core::Result<Cells> read_header(std::string_view& text, char separator) {
    Cells names = next_record(text, separator);
    for (auto& name : names) {
        name = core::lower_ascii(core::trim(name));
        if (std::find(columns.begin(), columns.end(), name) == columns.end()) name.clear();
    }
    if (std::find(names.begin(), names.end(), "mac_address") == names.end()) {
        return core::fail(ErrorCode::invalid,
                          "The first line must name the columns, mac_address among them.");
    }
    return names;
}

using DevicesByKey = std::map<std::string, const storage::Device*>;

DevicesByKey by_key(const std::vector<storage::Device>& devices) {
    DevicesByKey found;
    for (const auto& device : devices)
        if (const auto id = core::DeviceId::parse(device.mac_address)) found.try_emplace(id->key(), &device);
    return found;
}

core::Result<storage::DeviceRow> read_line(const Cells& names, Cells cells, const DevicesByKey& registered) {
    boost::json::object input;
    for (std::size_t i = 0; i < std::min(names.size(), cells.size()); ++i) {
        if (!names[i].empty()) input[names[i]] = unmasked(std::move(cells[i]));
    }
    Fields fields(input);
    const auto id = core::DeviceId::parse(Fields(input).text("mac_address").value_or(""));
    const auto known = id ? registered.find(id->key()) : registered.end();
    return read_device(fields, known == registered.end() ? storage::Device{} : *known->second);
}

std::string sentence_of(const core::Error& error) {
    return error.fields.empty() ? error.message : error.fields.begin()->second;
}

}  // namespace

std::string devices_to_csv(const std::vector<storage::Device>& devices) {
    std::string csv = fmt::format("{}\r\n", fmt::join(columns, ","));
    for (const auto& device : devices) {
        const std::string name = device.name.value_or("");
        const std::string group = device.group_name.value_or("");
        const sheet::Cell power = device.rated_power_w ? sheet::Cell(*device.rated_power_w) : sheet::Cell();
        const std::array<sheet::Cell, columns.size()> row = {
            device.mac_address,
            device.mcu_type,
            device.location,
            name,
            power,
            group,
            std::string_view(device.is_submeter ? "yes" : "no")};
        sheet::append_csv(csv, row);
    }
    return csv;
}

core::Result<std::vector<storage::DeviceRow>> devices_from_csv(
    std::string_view text, const std::vector<storage::Device>& registered) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (!core::is_utf8(text)) return core::fail(ErrorCode::invalid, "The file is not UTF-8.");
    const char separator = separator_of(text);
    const auto names = read_header(text, separator);
    if (!names) return core::fail(names.error());
    std::vector<storage::DeviceRow> devices;
    const DevicesByKey known = by_key(registered);
    std::set<std::string> seen;
    core::Error problems{ErrorCode::invalid, "Nothing was imported: some lines can't be accepted.", {}};
    for (std::size_t line = 2; !text.empty() && problems.fields.size() < most_problems; ++line) {
        auto cells = next_record(text, separator);
        if (is_blank(cells)) continue;
        auto device = read_line(*names, std::move(cells), known);
        const std::string where = fmt::format("line {}", line);
        if (!device) {
            problems.fields[where] = sentence_of(device.error());
        } else if (!seen.insert(device->id.key()).second) {
            problems.fields[where] = "This device stands in an earlier line already.";
        } else {
            devices.push_back(std::move(*device));
        }
        if (devices.size() > most_devices) {
            return core::fail(ErrorCode::too_large, "A file may hold at most 10,000 devices.");
        }
    }
    if (!problems.fields.empty()) return core::fail(problems);
    return devices;
}

}  // namespace silaware::portal
