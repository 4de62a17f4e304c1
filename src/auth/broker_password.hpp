#pragma once

#include <string>
#include <string_view>

namespace silaware::auth {

/// 24 random characters that every device's firmware and shell can hold: letters and digits.
std::string random_broker_password();

/// As mosquitto 2 keeps a password in its password_file behind `name:`, salted anew each time:
/// PBKDF2-HMAC-SHA-512.
std::string mosquitto_hash(std::string_view password);

}  // namespace silaware::auth
