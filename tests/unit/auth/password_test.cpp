#include "auth/password.hpp"

#include <gtest/gtest.h>

namespace silaware::auth {
namespace {

constexpr auto pbkdf2 = PasswordStorage::pbkdf2;
constexpr auto sha256 = PasswordStorage::sha256;

TEST(Password, IsHashedOnceAsTheSpecDemands) {
    EXPECT_EQ(sha256_hex("password"), "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8");
}

TEST(Password, IsStretchedAndDescribesItself) {
    const auto stored = hash_password("s3cret-word", pbkdf2);
    EXPECT_TRUE(stored.starts_with("pbkdf2_sha256$600000$")) << stored;
    EXPECT_EQ(verify_password("s3cret-word", stored, pbkdf2), Verdict::right);
    EXPECT_EQ(verify_password("s3cret-worD", stored, pbkdf2), Verdict::wrong);
}

// Made with Python: hashlib.pbkdf2_hmac("sha256", sha256(b"password").hexdigest().encode(), b"salt",
// 1000).hex()
TEST(Password, MatchesAnotherImplementation) {
    constexpr auto stored =
        "pbkdf2_sha256$1000$salt$66f7693a7310205a00b3d0634242209a2d4c687187a13e284d295f1c489ee3bf";
    EXPECT_EQ(verify_password("password", stored, pbkdf2), Verdict::right_but_outdated);
    EXPECT_EQ(verify_password("Password", stored, pbkdf2), Verdict::wrong);
}

TEST(Password, OfTheOldSystemIsRightAndOutdated) {
    const auto bare = sha256_hex("old password");
    EXPECT_EQ(verify_password("old password", bare, pbkdf2), Verdict::right_but_outdated);
    EXPECT_EQ(verify_password("old password", bare, sha256), Verdict::right);
    EXPECT_EQ(verify_password("new password", bare, sha256), Verdict::wrong);
}

TEST(Password, CanBeWrappedWithoutKnowingIt) {
    const auto wrapped = wrap("5E884898DA28047151D0E56F8DC6292773603D0D6AABBDD62A11EF721D1542D8");
    EXPECT_EQ(verify_password("password", wrapped, pbkdf2), Verdict::right);
}

TEST(Password, StaysBareWhereTheDatabaseIsShared) {
    EXPECT_EQ(hash_password("password", sha256), sha256_hex("password"));
}

TEST(Password, NeverMatchesARowThatHoldsNone) {
    for (const auto* stored :
         {"", "plain", "pbkdf2_sha256$", "pbkdf2_sha256$0$a$b", "pbkdf2_sha256$x$a$b", "$$$"}) {
        EXPECT_EQ(verify_password("", stored, sha256), Verdict::wrong) << stored;
        EXPECT_EQ(verify_password(stored, stored, sha256), Verdict::wrong) << stored;
    }
}

TEST(Password, ItselfIsNotItsHash) {
    const auto bare = sha256_hex("password");
    EXPECT_EQ(verify_password(bare, bare, sha256), Verdict::wrong);
}

TEST(Password, GeneratedOnesDiffer) {
    EXPECT_EQ(generate_password().size(), 20u);
    EXPECT_NE(generate_password(), generate_password());
}

}  // namespace
}  // namespace silaware::auth
