#include "auth/token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "auth/password.hpp"
#include "auth/random.hpp"

namespace silaware::auth {

namespace {

std::string base64url(const unsigned char* bytes, std::size_t size) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned buffer = 0;
    int bits = 0;
    for (std::size_t i = 0; i < size; ++i) {
        buffer = (buffer << 8) | bytes[i];
        for (bits += 8; bits >= 6;) {
            bits -= 6;
            text += alphabet[(buffer >> bits) & 0x3f];
        }
    }
    if (bits > 0) text += alphabet[(buffer << (6 - bits)) & 0x3f];
    return text;
}

}  // namespace

void fill_random(std::span<unsigned char> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("the system gives no random numbers");
    }
}

std::string random_token() {
    std::array<unsigned char, 32> bytes;
    fill_random(bytes);
    return base64url(bytes.data(), bytes.size());
}

std::string token_hash(std::string_view token) {
    return sha256_hex(token);
}

std::string random_api_token() {
    return std::string(api_token_prefix) + random_token();
}

bool looks_like_api_token(std::string_view token) {
    return token.starts_with(api_token_prefix);
}

std::string keyed_hash(std::string_view key, std::string_view purpose, std::string_view message) {
    std::string text(purpose);
    text += '\0';
    text += message;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) == nullptr) {
        throw std::runtime_error("HMAC-SHA256 failed");
    }
    return base64url(digest.data(), size);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace silaware::auth
