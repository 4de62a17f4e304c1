#include "auth/rate_limit.hpp"

#include <gtest/gtest.h>

#include "auth/csrf.hpp"
#include "auth/token.hpp"

namespace silaware::auth {
namespace {

const core::Instant now = core::from_epoch_ms(1'800'000'000'000);
const RateLimit three{3, core::Seconds(900)};

TEST(RateLimit, AllowsUntilTheLimitIsReached) {
    const std::vector<core::Instant> two = {now - core::Seconds(1), now - core::Seconds(2)};
    EXPECT_FALSE(retry_after(two, three, now));
}

TEST(RateLimit, WaitsForTheOldestOfTheNewestOnes) {
    const std::vector<core::Instant> failures = {now, now - core::Seconds(10), now - core::Seconds(100)};
    EXPECT_EQ(retry_after(failures, three, now), core::Seconds(800));
    EXPECT_EQ(retry_after(failures, three, now + core::Seconds(799)), core::Seconds(1));
    EXPECT_FALSE(retry_after(failures, three, now + core::Seconds(800)));
}

TEST(RateLimit, CountsANameWithoutCase) {
    EXPECT_EQ(name_subject("Ada"), name_subject(" ADA "));
    EXPECT_NE(name_subject("ada"), name_subject("bob"));
    EXPECT_LT(name_subject(std::string(5000, 'x')).size(), 80u);
}

TEST(RateLimit, CountsACustomerOfIPv6AsOne) {
    EXPECT_EQ(address_subject("2001:db8:1:2::1"), address_subject("2001:db8:1:2:ffff::9"));
    EXPECT_NE(address_subject("2001:db8:1:2::1"), address_subject("2001:db8:1:3::1"));
    EXPECT_EQ(address_subject("192.0.2.7"), "address:192.0.2.7");
}

TEST(RateLimit, CountsALinkLocalPeerWithoutItsZone) {
    EXPECT_TRUE(address_subject("fe80::1%eth0"));
    EXPECT_EQ(address_subject("fe80::1%eth0"), address_subject("fe80::1%wlan1"));
    EXPECT_EQ(address_subject("fe80::1%eth0"), address_subject("fe80::1"));
}

TEST(RateLimit, EveryPeerButAUnixSocketHasASubject) {
    EXPECT_FALSE(address_subject("unix"));
    EXPECT_FALSE(address_subject(""));
    EXPECT_TRUE(address_subject("no address at all"));
    EXPECT_LT(address_subject(std::string(5000, 'x'))->size(), 80u);
}

TEST(Token, IsRandomAndRecognised) {
    EXPECT_EQ(random_token().size(), 43u);
    EXPECT_NE(random_token(), random_token());
    EXPECT_TRUE(looks_like_api_token(random_api_token()));
    EXPECT_EQ(token_hash("a").size(), 64u);
}

TEST(Csrf, BelongsToOneSession) {
    const auto token = csrf_token("secret", "session");
    EXPECT_TRUE(csrf_token_is_valid("secret", "session", token));
    EXPECT_FALSE(csrf_token_is_valid("secret", "other session", token));
    EXPECT_FALSE(csrf_token_is_valid("other secret", "session", token));
    EXPECT_FALSE(csrf_token_is_valid("secret", "session", ""));
    EXPECT_FALSE(csrf_token_is_valid("secret", "", csrf_token("secret", "")));
}

}  // namespace
}  // namespace silaware::auth
