#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include "core/device_id.hpp"
#include "core/error.hpp"

// The rules that all three telemetry payloads share. Used by the parsers of this folder only.
namespace silaware::domain {

inline constexpr std::size_t largest_payload = 64 * 1024;
inline constexpr std::size_t deepest_nesting = 8;  // the outer object is 1

/// One telemetry payload as a JSON object; the values live as long as the document.
///
/// A BOM, blanks and NULs at the ends are skipped, of a key given twice the last counts, and the tokens
/// `nan`, `inf`, `infinity` (any case, signed or not) are null, as is a number too large for any exponent.
class PayloadDocument {
  public:
    PayloadDocument() : arena_(buffer_.data(), buffer_.size()) {}
    PayloadDocument(const PayloadDocument&) = delete;
    PayloadDocument& operator=(const PayloadDocument&) = delete;

    /// Call once. Error: the sentence that goes into quarantine. The object is owned by the document.
    core::Result<const boost::json::object*> read(std::string_view payload);

  private:
    std::array<unsigned char, 16 * 1024> buffer_;
    boost::json::monotonic_resource arena_;
    std::optional<boost::json::value> root_;
};

/// The device named by field `key`; error when it is missing, no text, or no id.
core::Result<core::DeviceId> device_id_field(const boost::json::object& object, std::string_view key);

/// A finite number, also one sent as text; anything else is no value.
std::optional<double> finite_number(const boost::json::value& value);

/// As `finite_number`, and no value when it lies beyond the range of a FLOAT column.
std::optional<float> finite_float(const boost::json::value& value);

/// Field `key` as an integer of at most 2^53 − 1, also sent as text or as `5.0`.
/// Error when it is missing, no number, has a fraction, or is negative or too large.
core::Result<std::int64_t> count_field(const boost::json::object& object, std::string_view key);

/// `value` as compact JSON text, numbers as the shortest decimal that reads back the same.
std::string to_json_text(const boost::json::value& value);

}  // namespace silaware::domain
