#include "mail/webhook.hpp"

#include <gtest/gtest.h>

namespace silaware::mail {
namespace {

TEST(Webhook, SignatureIsHmacSha256) {
    // RFC 4231, test case 2.
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Webhook, ThatCanNotBeReachedIsTriedAgain) {
    EXPECT_EQ(post({"http://127.0.0.1:1/", "{}"}).state, DeliveryState::temporary);
    EXPECT_EQ(post({"file:///etc/passwd", "{}"}).state, DeliveryState::permanent);
}

}  // namespace
}  // namespace silaware::mail
