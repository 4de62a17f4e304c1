#include "http/multipart.hpp"
#include "portal/answers.hpp"
#include "portal/device_csv.hpp"
#include "portal/device_fields.hpp"
#include "portal/presence.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

template <typename T>
boost::json::value or_null(const std::optional<T>& value) {
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

boost::json::object as_json(const Portal& portal, const storage::Device& device) {
    return {{"id", or_null(device.id)},
            {"mac_address", device.mac_address},
            {"mcu_type", device.mcu_type},
            {"location", device.location},
            {"createdDate", instant_ms(portal, device.created_ms)},
            {"last_seen", instant_ms(portal, device.last_seen_ms)},
            {"online", is_online(device.last_seen_ms, device.usual_interval_ms, portal.now())},
            {"registered", device.id.has_value()},
            {"name", or_null(device.name)},
            {"rated_power_w", or_null(device.rated_power_w)},
            {"group", or_null(device.group_name)},
            {"submeter", device.is_submeter}};
}

/// Without `page` all of them: this is what the spec's users read.
core::Result<http::Response> list_devices(const Portal& portal, const http::Request& request) {
    const storage::DeviceStore devices(portal.database);
    const auto wanted = page_request(request);
    const auto to_json = [&](const storage::Device& device) { return as_json(portal, device); };
    return paged(request.query("page") ? devices.list(wanted) : devices.all(wanted.search), to_json);
}

http::Response answer(const Portal& portal, std::int64_t id, int status) {
    const auto device = storage::DeviceStore(portal.database).find(id);
    return http::Response::json(as_json(portal, device.value_or(storage::Device{})), status);
}

core::Result<http::Response> create_device(const Portal& portal, const http::Request& request,
                                           const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    Fields fields(*body);
    const auto device = read_device(fields, {});
    if (!device) return core::fail(device.error());
    const auto id =
        storage::DeviceStore(portal.database).create(*device, change_by(portal, request, visitor));
    if (!id) return core::fail(id.error());
    return answer(portal, *id, 201);
}

core::Result<http::Response> update_device(const Portal& portal, const http::Request& request,
                                           const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    storage::DeviceStore devices(portal.database);
    const auto before = devices.find(*id);
    if (!before) return core::fail(core::ErrorCode::not_found, "There is no such device.");
    Fields fields(*body);
    const auto device = read_device(fields, *before);
    if (!device) return core::fail(device.error());
    const auto changed = devices.update(*id, *device, change_by(portal, request, visitor));
    if (!changed) return core::fail(changed.error());
    return answer(portal, *id, 200);
}

core::Result<http::Response> remove_device(const Portal& portal, const http::Request& request,
                                           const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto removed =
        storage::DeviceStore(portal.database).remove(*id, change_by(portal, request, visitor));
    if (!removed) return core::fail(removed.error());
    return http::Response::json({{"deleted", *id}});
}

core::Result<http::Response> send_csv(const Portal& portal) {
    // The BOM tells spreadsheets that the file is UTF-8.
    std::string csv = "\xEF\xBB\xBF" + devices_to_csv(storage::DeviceStore(portal.database).registered());
    http::Response response(200, "text/csv; charset=utf-8", std::move(csv));
    response.attachment("devices.csv");
    return response;
}

/// The file of a form, or the body itself.
core::Result<std::string> uploaded(const http::Request& request) {
    if (request.content_type() != "multipart/form-data") return request.body;
    const auto parts = http::parse_multipart(request.header("content-type").value_or(""), request.body);
    if (!parts) return core::fail(parts.error());
    for (const auto& part : *parts) {
        if (part.name == "file") return std::string(part.data);
    }
    return core::fail(core::ErrorCode::invalid, "The form has no field \"file\".");
}

core::Result<http::Response> import_csv(const Portal& portal, const http::Request& request,
                                        const Visitor& visitor) {
    const auto text = uploaded(request);
    if (!text) return core::fail(text.error());
    storage::DeviceStore store(portal.database);
    const auto devices = devices_from_csv(*text, store.registered());
    if (!devices) return core::fail(devices.error());
    const auto outcome = store.import(*devices, change_by(portal, request, visitor));
    return http::Response::json({{"created", outcome.created}, {"updated", outcome.updated}});
}

}  // namespace

void add_device_routes(http::Router& router, Portal& portal) {
    using enum http::Method;
    add_route(router, portal, get, "/login/devices",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return plain_page<view::DevicesPage>(portal, request, visitor);
              });
    add_route(
        router, portal, get, "/login/devices/json",
        [&portal](const http::Request& request, const Visitor&) { return list_devices(portal, request); });
    add_route(router, portal, get, "/login/devices/csv",
              [&portal](const http::Request&, const Visitor&) { return send_csv(portal); });
    add_route(router, portal, post, "/login/devices/csv",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return import_csv(portal, request, visitor);
              });
    add_route(router, portal, post, "/login/devices",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return create_device(portal, request, visitor);
              });
    add_route(router, portal, put, "/login/devices/{id}",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return update_device(portal, request, visitor);
              });
    add_route(router, portal, del, "/login/devices/{id}",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return remove_device(portal, request, visitor);
              });
}

}  // namespace silaware::portal
