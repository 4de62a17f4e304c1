#pragma once

#include "portal/answers.hpp"
#include "storage/device_store.hpp"

namespace silaware::portal {

/// The device a body describes; what the body leaves out is as in `before`. Error `invalid` with its fields.
core::Result<storage::DeviceRow> read_device(Fields& fields, const storage::Device& before);

}  // namespace silaware::portal
