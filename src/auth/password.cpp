#include "auth/password.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <optional>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "auth/random.hpp"
#include "auth/token.hpp"
#include "core/text.hpp"

namespace silaware::auth {

namespace {

constexpr std::string_view scheme = "pbkdf2_sha256";
constexpr int iterations_today = 600'000;
constexpr int most_iterations = 10'000'000;  // a row that asks for more would stop a worker for seconds
constexpr std::size_t password_salt_bytes = 16;

struct Stretched {
    int iterations;
    std::string salt;
    std::string hash;
};

std::string hex(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string random_salt() {
    std::array<unsigned char, password_salt_bytes> bytes;
    fill_random(bytes);
    return hex(bytes);
}

std::string stretch(std::string_view bare, std::string_view salt, int iterations) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> key;
    if (PKCS5_PBKDF2_HMAC(bare.data(), static_cast<int>(bare.size()),
                          reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                          iterations, EVP_sha256(), static_cast<int>(key.size()), key.data()) != 1) {
        throw std::runtime_error("PBKDF2 failed");
    }
    return hex(key);
}

std::optional<Stretched> parse(std::string_view stored) {
    const auto first = stored.find('$');
    const auto second = stored.find('$', first + 1);
    const auto third = stored.find('$', second + 1);
    if (first == stored.npos || second == stored.npos || third == stored.npos) return std::nullopt;
    if (stored.substr(0, first) != scheme) return std::nullopt;
    const auto count = core::parse_integer(stored.substr(first + 1, second - first - 1));
    if (!count || *count < 1 || *count > most_iterations) return std::nullopt;
    return Stretched{static_cast<int>(*count), std::string(stored.substr(second + 1, third - second - 1)),
                     std::string(stored.substr(third + 1))};
}

/// The work that a stretched row would have cost.
void spend_the_same_time(std::string_view bare) {
    stretch(bare, "00000000000000000000000000000000", iterations_today);
}

}  // namespace

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return hex(digest);
}

bool is_bare(std::string_view stored) {
    return stored.size() == 2 * SHA256_DIGEST_LENGTH &&
           stored.find_first_not_of("0123456789abcdefABCDEF") == stored.npos;
}

std::string wrap(std::string_view bare) {
    const std::string salt = random_salt();
    return fmt::format("{}${}${}${}", scheme, iterations_today, salt,
                       stretch(core::lower_ascii(bare), salt, iterations_today));
}

std::string hash_password(std::string_view password, PasswordStorage storage) {
    const std::string bare = sha256_hex(password);
    return storage == PasswordStorage::sha256 ? bare : wrap(bare);
}

Verdict verify_password(std::string_view password, std::string_view stored, PasswordStorage storage) {
    const std::string bare = sha256_hex(password);
    if (const auto stretched = parse(stored)) {
        if (!equal_in_constant_time(stretch(bare, stretched->salt, stretched->iterations), stretched->hash)) {
            return Verdict::wrong;
        }
        const bool outdated = storage == PasswordStorage::pbkdf2 && stretched->iterations < iterations_today;
        return outdated ? Verdict::right_but_outdated : Verdict::right;
    }
    if (storage == PasswordStorage::pbkdf2) spend_the_same_time(bare);
    if (!is_bare(stored) || !equal_in_constant_time(bare, core::lower_ascii(stored))) return Verdict::wrong;
    return storage == PasswordStorage::pbkdf2 ? Verdict::right_but_outdated : Verdict::right;
}

std::string generate_password() {
    constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    constexpr std::size_t length = 20;
    constexpr unsigned fair =
        256 / alphabet.size() * alphabet.size();  // above it the first letters would win
    std::string password;
    while (password.size() < length) {
        std::array<unsigned char, 32> bytes;
        fill_random(bytes);
        for (const unsigned char byte : bytes) {
            if (byte < fair && password.size() < length) password += alphabet[byte % alphabet.size()];
        }
    }
    return password;
}

}  // namespace silaware::auth
