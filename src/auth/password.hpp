#pragma once

#include <string>
#include <string_view>

namespace silaware::auth {

/// How passwords are kept. `sha256` is the bare format of installations that share the database with the
/// Python system.
enum class PasswordStorage { pbkdf2, sha256 };

/// SHA-256 of `text` in lower-case hex: what a password becomes first, at registration and at login.
std::string sha256_hex(std::string_view text);

/// What is stored for a new password: `pbkdf2_sha256$600000$<salt>$<hash>` (PBKDF2-HMAC-SHA256 over
/// sha256_hex, OWASP's count), or bare 64 hex digits. Takes a noticeable fraction of a second.
std::string hash_password(std::string_view password, PasswordStorage storage);

/// True if `stored` is a bare SHA-256 in hex, as the Python system wrote it.
bool is_bare(std::string_view stored);
/// The stretched form of a bare row, made without knowing the password.
std::string wrap(std::string_view bare);

enum class Verdict {
    wrong,
    right,
    right_but_outdated,  ///< right, and should be stored again in today's format
};

/// Compares in constant time, and does the same work whatever `stored` holds: pass an empty one for a name
/// that nobody has.
Verdict verify_password(std::string_view password, std::string_view stored, PasswordStorage storage);

/// 20 random characters without look-alikes, for a first or a reset password.
std::string generate_password();

}  // namespace silaware::auth
