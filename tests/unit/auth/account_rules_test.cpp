#include "auth/account_rules.hpp"

#include <gtest/gtest.h>

namespace silaware::auth {
namespace {

TEST(AccountRules, AUsernameIsAlphanumeric) {
    for (const auto* good : {"ada", "Ada99", "007"})
        EXPECT_FALSE(problem_with_username(good)) << good;
    EXPECT_FALSE(problem_with_username(std::string(64, 'a')));
    EXPECT_TRUE(problem_with_username(std::string(65, 'a')));
    for (const auto* bad : {"", "ab", "a da", "ada!", "ada_b", "ädäd", "ada\n", " ada", "<b>"})
        EXPECT_TRUE(problem_with_username(bad)) << bad;
}

TEST(AccountRules, AnEmailIsOneThatServersTake) {
    for (const auto* good :
         {"a@b.co", "ada.lovelace+x@example.com", "o'hara@sub.example.co.id", "admin@localhost"})
        EXPECT_FALSE(problem_with_email(good)) << good;
    for (const auto* bad :
         {"", "ada", "@b.co", "a@", "a@b", "a@@b.co", "a b@c.de", "a@b..co", ".a@b.co", "a.@b.co",
          "a..b@c.de", "a@-b.co", "a@b.co\r\nBcc: x@y.z", "a@b.co,c@d.ef", "<a@b.co>", "a@b_c.de", "ä@b.co"})
        EXPECT_TRUE(problem_with_email(bad)) << bad;
}

TEST(AccountRules, AListOfEmailsIsSeparatedByCommas) {
    for (const auto* good : {"", " ", "a@b.co", "a@b.co, c@d.ef ,g@h.ij"})
        EXPECT_FALSE(problem_with_email_list(good)) << good;
    for (const auto* bad :
         {"a@b.co;c@d.ef", "a@b.co,", ",", "a@b.co,\nc@d.ef", "a@b.co\r\n", "\n", "a@b.co,x"})
        EXPECT_TRUE(problem_with_email_list(bad)) << bad;
}

TEST(AccountRules, APasswordHasEightCharacters) {
    EXPECT_TRUE(problem_with_password("1234567"));
    EXPECT_FALSE(problem_with_password("12345678"));
    EXPECT_TRUE(problem_with_password("ääää"));
    EXPECT_FALSE(problem_with_password("ääääääää"));
    EXPECT_TRUE(problem_with_password("12345678\xff"));
}

}  // namespace
}  // namespace silaware::auth
