#include "portal/requested_device.hpp"

#include <fmt/format.h>

namespace silaware::portal {

core::Result<storage::DeviceIdentity> requested_device(storage::Connection& connection,
                                                       const http::RequestHead& request,
                                                       std::string_view name) {
    const auto id = core::DeviceId::parse(request.query(name).value_or(""));
    if (!id) {
        return core::fail(
            {core::ErrorCode::invalid, id.error().message, {{std::string(name), id.error().message}}});
    }
    auto device = storage::find_device(connection, *id);
    if (!device)
        return core::fail(core::ErrorCode::not_found, fmt::format("No device \"{}\" is known.", id->text()));
    return std::move(*device);
}

}  // namespace silaware::portal
