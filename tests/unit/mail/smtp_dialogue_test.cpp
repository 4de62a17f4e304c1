#include "mail/smtp_dialogue.hpp"

#include <gtest/gtest.h>

namespace silaware::mail {
namespace {

SmtpDialogue up_to_data() {
    SmtpDialogue dialogue;
    dialogue.reply("220 ready\r\n");
    dialogue.command("EHLO here\r\n");
    dialogue.reply("250-SIZE\r\n");
    dialogue.reply("250 HELP\r\n");
    dialogue.command("MAIL FROM:<a@x>\r\n");
    dialogue.reply("250 ok\r\n");
    dialogue.command("RCPT TO:<b@x>\r\n");
    dialogue.reply("250 ok\r\n");
    dialogue.command("RCPT TO:<c@x>\r\n");
    dialogue.reply("550-no such user\r\n");
    dialogue.reply("550 in our house\r\n");
    dialogue.command("DATA\r\n");
    return dialogue;
}

TEST(SmtpDialogue, AcceptsOnlyWithTheReplyAfterTheBody) {
    SmtpDialogue dialogue = up_to_data();
    dialogue.reply("354 go on\r\n");
    EXPECT_FALSE(dialogue.accepted());
    dialogue.reply("250 queued as 7\r\n");
    EXPECT_TRUE(dialogue.accepted());
    dialogue.command("QUIT\r\n");
    dialogue.reply("221 bye\r\n");
    EXPECT_EQ(dialogue.last_reply(), "250 queued as 7");
}

TEST(SmtpDialogue, RemembersWhoWasRefusedInTheServersWords) {
    const SmtpDialogue dialogue = up_to_data();
    ASSERT_EQ(dialogue.refused().size(), 1u);
    EXPECT_EQ(dialogue.refused()[0].address, "c@x");
    EXPECT_EQ(dialogue.refused()[0].words, "550 no such user in our house");
    EXPECT_TRUE(dialogue.refused()[0].is_permanent());
}

TEST(SmtpDialogue, DoesNotAcceptWhatIsRefusedAtTheEnd) {
    SmtpDialogue dialogue = up_to_data();
    dialogue.reply("354 go on\r\n");
    dialogue.reply("554 looks like spam\r\n");
    EXPECT_FALSE(dialogue.accepted());
    EXPECT_EQ(dialogue.last_code(), 554);
}

}  // namespace
}  // namespace silaware::mail
