#include "auth/broker_password.hpp"

#include <openssl/evp.h>

#include <array>
#include <span>
#include <stdexcept>

#include <fmt/format.h>

#include "auth/random.hpp"

namespace silaware::auth {

namespace {

constexpr std::size_t password_length = 24;
constexpr std::size_t broker_salt_bytes = 12;
// mosquitto_passwd's own number. Stretching adds nothing to 142 random bits, and the broker pays it for each
// connect.
constexpr int iterations = 101;
constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

std::string base64(std::span<const unsigned char> bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

}  // namespace

std::string random_broker_password() {
    std::string password;
    while (password.size() < password_length) {
        std::array<unsigned char, 32> bytes;
        fill_random(bytes);
        for (const unsigned char byte : bytes) {
            // Bytes beyond the last full round of letters would make some of them likelier.
            if (byte < 256 / letters.size() * letters.size() && password.size() < password_length)
                password += letters[byte % letters.size()];
        }
    }
    return password;
}

std::string mosquitto_hash(std::string_view password) {
    std::array<unsigned char, broker_salt_bytes> salt;
    fill_random(salt);
    std::array<unsigned char, 64> hash;
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), iterations, EVP_sha512(),
                          static_cast<int>(hash.size()), hash.data()) != 1) {
        throw std::runtime_error("PBKDF2 failed");
    }
    return fmt::format("$7${}${}${}", iterations, base64(salt), base64(hash));
}

}  // namespace silaware::auth
