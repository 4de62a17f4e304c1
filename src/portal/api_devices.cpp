#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view devices = "Devices";

constexpr std::string_view device_fields =
    "id:integer? mac_address mcu_type location createdDate:date-time? last_seen:date-time? online:boolean "
    "registered:boolean name? rated_power_w:number? group? submeter:boolean";
constexpr std::string_view device_body =
    "mac_address! mcu_type location name rated_power_w:number group submeter:boolean";
constexpr std::string_view device_change =
    "mac_address mcu_type location name rated_power_w:number group submeter:boolean";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/login/devices",
        .tag = devices,
        .summary = "The devices' page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/devices/json",
        .tag = devices,
        .summary = "Devices, registered or not",
        .query = paging,
        .answer = paged,
        .fields = device_fields,
        .description = "Without page all of them (at most 10,000) in one.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/devices/csv",
        .tag = devices,
        .summary = "Registered devices as a file",
        .answer = file,
        .fields = "text/csv",
    },
    Endpoint{
        .method = post,
        .pattern = "/login/devices/csv",
        .tag = devices,
        .summary = "Register or update devices from such a file",
        .body = "file:binary!",
        .fields = "created:integer updated:integer",
        .description = "The file is the body (text/csv) or the field file of a form. One bad line, and "
                       "nothing is imported.",
    },
    Endpoint{
        .method = post,
        .pattern = "/login/devices",
        .tag = devices,
        .summary = "Register a device",
        .body = device_body,
        .fields = device_fields,
        .status = 201,
    },
    Endpoint{
        .method = put,
        .pattern = "/login/devices/{id}",
        .tag = devices,
        .summary = "Change a device",
        .body = device_change,
        .fields = device_fields,
        .description = "What is not sent stays.",
    },
    Endpoint{
        .method = del,
        .pattern = "/login/devices/{id}",
        .tag = devices,
        .summary = "Remove a device's registration",
        .fields = "deleted:integer",
        .description = "What it measured stays.",
    },
};

}  // namespace

std::span<const Endpoint> devices_endpoints() {
    return table;
}

}  // namespace silaware::portal
