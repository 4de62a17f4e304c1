#include "auth/jwt.hpp"

#include <gtest/gtest.h>
#include <jwt.h>

#include <map>

namespace silaware::auth {
namespace {

constexpr std::string_view key = "a key that is long enough for HS256";
const core::Instant now = core::from_epoch_ms(1'800'000'000'000);

JwtClaims ada() {
    return {"ada", "admin", now, now + core::Seconds(3600), Freshness::from_password, "1.0"};
}

/// A token made elsewhere with our key; claims with a leading digit are numbers.
std::string forge(jwt_alg_t algorithm, const std::map<std::string, std::string>& claims,
                  std::string_view with = key) {
    jwt_t* jwt = nullptr;
    jwt_new(&jwt);
    if (algorithm == JWT_ALG_NONE) {
        jwt_set_alg(jwt, algorithm, nullptr, 0);
    } else {
        jwt_set_alg(jwt, algorithm, reinterpret_cast<const unsigned char*>(with.data()),
                    static_cast<int>(with.size()));
    }
    for (const auto& [name, value] : claims) {
        if (isdigit(value[0])) {
            jwt_add_grant_int(jwt, name.c_str(), std::stol(value));
        } else {
            jwt_add_grant(jwt, name.c_str(), value.c_str());
        }
    }
    char* text = jwt_encode_str(jwt);
    std::string token = text;
    std::free(text);
    jwt_free(jwt);
    return token;
}

const std::map<std::string, std::string> good = {
    {"sub", "ada"}, {"type", "access"}, {"exp", "1800000100"}, {"iat", "1800000000"}, {"nbf", "1800000000"}};

std::map<std::string, std::string> with(const std::string& claim, const std::string& value) {
    auto claims = good;
    claims[claim] = value;
    return claims;
}
std::map<std::string, std::string> without(const std::string& claim) {
    auto claims = good;
    claims.erase(claim);
    return claims;
}

TEST(Jwt, ComesBackAsItWasIssued) {
    const auto claims = verify_jwt(issue_jwt(ada(), key), key, now);
    ASSERT_TRUE(claims) << claims.error().message;
    EXPECT_EQ(claims->subject, "ada");
    EXPECT_EQ(claims->role, "admin");
    EXPECT_EQ(claims->version, "1.0");
    EXPECT_EQ(claims->issued_at, now);
    EXPECT_EQ(claims->expires_at, now + core::Seconds(3600));
}

TEST(Jwt, HasAnIdOfItsOwn) {
    EXPECT_NE(issue_jwt(ada(), key), issue_jwt(ada(), key));
}

TEST(Jwt, MadeElsewhereWithOurKeyIsGood) {
    EXPECT_TRUE(verify_jwt(forge(JWT_ALG_HS256, good), key, now));
}

TEST(Jwt, ExpiresToTheSecond) {
    const auto token = issue_jwt(ada(), key);
    EXPECT_TRUE(verify_jwt(token, key, now + core::Seconds(3599)));
    EXPECT_FALSE(verify_jwt(token, key, now + core::Seconds(3600)));
}

/// A token whose times have fractions of a second, as other libraries make them from their clocks.
std::string forge_with_fractions(double expires) {
    jwt_t* jwt = nullptr;
    jwt_new(&jwt);
    jwt_set_alg(jwt, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(key.data()),
                static_cast<int>(key.size()));
    const std::string claims =
        R"({"sub":"ada","type":"access","iat":1800000000.5,"nbf":1800000000.25,"exp":)" +
        std::to_string(expires) + "}";
    jwt_add_grants_json(jwt, claims.c_str());
    char* text = jwt_encode_str(jwt);
    std::string token = text;
    std::free(text);
    jwt_free(jwt);
    return token;
}

TEST(Jwt, MayTellItsTimesWithFractions) {
    const auto claims = verify_jwt(forge_with_fractions(1'800'000'100.75), key, now);
    ASSERT_TRUE(claims) << claims.error().message;
    EXPECT_EQ(claims->issued_at, now);
    EXPECT_EQ(claims->expires_at, now + core::Seconds(100));
    EXPECT_FALSE(verify_jwt(forge_with_fractions(1'799'999'999.5), key, now));
}

TEST(Jwt, OfAnotherAlgorithmIsRefused) {
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_NONE, good), key, now));
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS384, good), key, now));
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS512, good), key, now));
}

TEST(Jwt, OfAnotherKeyIsRefused) {
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS256, good, "another key of the same kind"), key, now));
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS256, good), "", now));
}

TEST(Jwt, WithoutWhatItMustSayIsRefused) {
    for (const auto* claim : {"exp", "type", "sub"}) {
        EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS256, without(claim)), key, now)) << claim;
    }
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS256, with("type", "refresh")), key, now));
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS256, with("exp", "never")), key, now));
    EXPECT_FALSE(verify_jwt(forge(JWT_ALG_HS256, with("nbf", "1800000050")), key, now));
}

TEST(Jwt, ThatWasTouchedIsRefused) {
    const auto token = issue_jwt(ada(), key);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto touched = token;
        touched[i] = touched[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify_jwt(touched, key, now)) << i;
    }
    for (const auto& garbage : {std::string(), std::string("."), std::string(".."), token + ".", token + "=",
                                token.substr(0, token.rfind('.') + 1), token.substr(0, token.rfind('.'))}) {
        EXPECT_FALSE(verify_jwt(garbage, key, now)) << garbage;
    }
}

}  // namespace
}  // namespace silaware::auth
