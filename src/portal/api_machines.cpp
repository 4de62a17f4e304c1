#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view machines = "Machines and rooms";

constexpr std::string_view limits_fields = "uid max_temperature:number? max_humidity:number?";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/login/utilities",
        .tag = machines,
        .summary = "The machines' page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/utilities/json",
        .tag = machines,
        .summary = "Run times of machines",
        .fields = "devices:[{mac_address location name online:boolean last_seen:date-time today yesterday "
                  "week month ytd yoy total cycles_today:integer since_service "
                  "next_maintenance_hours:number? maintenance_limit_hours:number?}]",
    },
    Endpoint{
        .method = post,
        .pattern = "/login/utilities/serviced",
        .tag = machines,
        .summary = "Start a machine's maintenance count anew",
        .query = "mac!",
        .fields = "mac_address since_service",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/climate",
        .tag = machines,
        .summary = "The rooms' page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/climate/json",
        .tag = machines,
        .summary = "Temperature and humidity of rooms",
        .fields = "limits:{temperature:number? humidity:number?} from:date-time to:date-time devices:[{uid "
                  "location name temperature:number? "
                  "humidity:number? observed_at:date-time online:boolean limits:{temperature:number? "
                  "humidity:number?} series:{t:[date-time] temperature:[number?] humidity:[number?]}}]",
        .description = "series has the means of quarter hours; null where a sensor was silent.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/climate/series",
        .tag = machines,
        .summary = "Temperature and humidity of a room over time",
        .query = "mac! from:date-time to:date-time step",
        .fields =
            "uid step from:date-time to:date-time t:[date-time] temperature:[number?] humidity:[number?]",
        .description = "At most 2,000 points; null where the sensor was silent.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/climate/excel",
        .tag = machines,
        .summary = "The means of quarter hours of a room as a workbook",
        .query = "mac! from:date to:date progress",
        .answer = file,
        .fields = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        .description = "Days of the site; without them the last thirty.",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/climate/csv",
        .tag = machines,
        .summary = "The same as CSV",
        .query = "mac! from:date to:date bom progress",
        .answer = file,
        .fields = "text/csv",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/climate/limits",
        .tag = machines,
        .summary = "The limits of one room that beat those of the settings",
        .query = "mac!",
        .fields = limits_fields,
    },
    Endpoint{
        .method = put,
        .pattern = "/login/climate/limits",
        .tag = machines,
        .summary = "Change them",
        .query = "mac!",
        .body = "max_temperature:number max_humidity:number",
        .fields = limits_fields,
        .description = "What is not sent stays; null or empty, and the settings count again.",
    },
};

}  // namespace

std::span<const Endpoint> machines_endpoints() {
    return table;
}

}  // namespace silaware::portal
