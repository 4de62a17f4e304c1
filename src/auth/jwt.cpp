#include "auth/jwt.hpp"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "auth/token.hpp"
#include "core/text.hpp"

namespace silaware::auth {

namespace {

struct FreeJwt {
    void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

struct FreeText {
    void operator()(char* text) const { std::free(text); }
};

void require(int code) {
    if (code != 0) throw std::runtime_error("the JWT library refused a claim");
}

long seconds_of(core::Instant instant) {
    return static_cast<long>(std::chrono::floor<core::Seconds>(instant.time_since_epoch()).count());
}

core::Instant instant_of(long seconds) {
    return core::Instant(core::Seconds(seconds));
}

bool has_claim(jwt_t* jwt, const char* claim) {
    return std::unique_ptr<char, FreeText>(jwt_get_grants_json(jwt, claim)) != nullptr;
}

/// A NumericDate (RFC 7519) in whole seconds: it may have fractions, which the library does not read.
std::optional<long> seconds_claim(jwt_t* jwt, const char* claim) {
    constexpr double end_of_time = 253'402'300'800;  // the year 10000
    const std::unique_ptr<char, FreeText> json(jwt_get_grants_json(jwt, claim));
    const auto seconds = json ? core::parse_number(json.get()) : std::nullopt;
    if (!seconds) return std::nullopt;
    return static_cast<long>(std::clamp(*seconds, 0.0, end_of_time));
}

std::string text_claim(jwt_t* jwt, const char* claim) {
    const char* value = jwt_get_grant(jwt, claim);
    return value == nullptr ? std::string() : std::string(value);
}

auto refuse(std::string sentence) {
    return core::fail(core::ErrorCode::unauthorized, std::move(sentence));
}

/// Three parts of base64url and nothing else: the library would forgive more.
bool is_well_formed(std::string_view token) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    constexpr std::size_t longest = 8192;
    return token.size() <= longest && token.find_first_not_of(allowed) == token.npos &&
           std::count(token.begin(), token.end(), '.') == 2;
}

core::Result<Jwt> decode(std::string_view token, std::string_view key) {
    if (!is_well_formed(token)) return refuse("The token is malformed.");
    jwt_t* raw = nullptr;
    const std::string text(token);
    const int code = jwt_decode(&raw, text.c_str(), reinterpret_cast<const unsigned char*>(key.data()),
                                static_cast<int>(key.size()));
    Jwt jwt(code == 0 ? raw : nullptr);
    if (!jwt || jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return refuse("The token's signature is not ours.");
    if (jwt_get_header(jwt.get(), "crit") != nullptr ||
        std::unique_ptr<char, FreeText>(jwt_get_headers_json(jwt.get(), "crit"))) {
        return refuse("The token demands an extension that is not known here.");
    }
    return jwt;
}

}  // namespace

std::string issue_jwt(const JwtClaims& claims, std::string_view key) {
    jwt_t* raw = nullptr;
    require(jwt_new(&raw));
    const Jwt jwt(raw);
    require(jwt_set_alg(raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(key.data()),
                        static_cast<int>(key.size())));
    require(jwt_add_grant(raw, "sub", claims.subject.c_str()));
    require(jwt_add_grant(raw, "role", claims.role.c_str()));
    require(jwt_add_grant(raw, "type", "access"));
    require(jwt_add_grant(raw, "jti", random_token().c_str()));
    require(jwt_add_grant(raw, "ver", claims.version.c_str()));
    require(jwt_add_grant_bool(raw, "fresh", claims.freshness == Freshness::from_password ? 1 : 0));
    require(jwt_add_grant_int(raw, "iat", seconds_of(claims.issued_at)));
    require(jwt_add_grant_int(raw, "nbf", seconds_of(claims.issued_at)));
    require(jwt_add_grant_int(raw, "exp", seconds_of(claims.expires_at)));
    const std::unique_ptr<char, FreeText> text(jwt_encode_str(raw));
    if (!text) throw std::runtime_error("the JWT library could not sign a token");
    return text.get();
}

core::Result<JwtClaims> verify_jwt(std::string_view token, std::string_view key, core::Instant now) {
    if (key.empty()) return refuse("This server signs no tokens.");
    const auto decoded = decode(token, key);
    if (!decoded) return core::fail(decoded.error());
    jwt_t* jwt = decoded->get();
    const auto expires = seconds_claim(jwt, "exp");
    if (!expires) return refuse("The token has no expiry (exp).");
    if (*expires <= seconds_of(now)) return refuse("The token has expired: sign in again.");
    const auto not_before = seconds_claim(jwt, "nbf");
    if (has_claim(jwt, "nbf") && (!not_before || *not_before > seconds_of(now))) {
        return refuse("The token is not valid yet.");
    }
    if (text_claim(jwt, "type") != "access") return refuse("The token is no access token.");
    JwtClaims claims;
    claims.subject = text_claim(jwt, "sub");
    if (claims.subject.empty()) return refuse("The token names nobody (sub).");
    claims.role = text_claim(jwt, "role");
    claims.version = text_claim(jwt, "ver");
    claims.issued_at = instant_of(seconds_claim(jwt, "iat").value_or(0));
    claims.expires_at = instant_of(*expires);
    return claims;
}

}  // namespace silaware::auth
