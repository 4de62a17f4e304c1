#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace silaware::core {

/// The identity of a meter, machine or sensor.
///
/// A MAC in any common form (`aa-bb-cc-dd-ee-ff`, `aabbccddeeff`, `aabb.ccdd.eeff`, lower case) is
/// `AA:BB:CC:DD:EE:FF`. Another non-empty text of at most 64 printable characters is kept as it is, the
/// blanks around it trimmed. Ids compare without case.
class DeviceId {
  public:
    /// Error `invalid` with a sentence a technician understands.
    static Result<DeviceId> parse(std::string_view text);

    /// As it is shown and stored.
    const std::string& text() const { return text_; }
    /// Folded for comparison; equal for two spellings of one device.
    const std::string& key() const { return key_; }
    bool is_mac() const { return is_mac_; }

    bool operator==(const DeviceId& other) const { return key_ == other.key_; }
    auto operator<=>(const DeviceId& other) const { return key_ <=> other.key_; }

  private:
    DeviceId(std::string text, bool is_mac);
    std::string text_;
    std::string key_;
    bool is_mac_;
};

}  // namespace silaware::core
