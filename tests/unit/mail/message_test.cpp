#include "mail/message.hpp"

#include <gtest/gtest.h>

namespace silaware::mail {
namespace {

TEST(Addresses, AreSplitTrimmedAndEachOnce) {
    EXPECT_EQ(split_addresses(" a@x.id, b@x.id ,,A@X.ID,"), (std::vector<std::string>{"a@x.id", "b@x.id"}));
    EXPECT_TRUE(split_addresses(" , ").empty());
}

TEST(Addresses, OfOddCharactersAreNone) {
    EXPECT_TRUE(is_address("facility.team+alerts@rs.example.id"));
    for (const char* text : {"", "a", "@x", "a@", "a b@x", "a@x\r\nRCPT TO:<b@x>", "a@x>", "a@x@y", "ä@x",
                             "a,b@x", "\"a\"@x", "-oQ/tmp@x"}) {
        EXPECT_FALSE(is_address(text)) << text;
    }
}

TEST(HeaderText, ThatIsPlainStaysAsItIs) {
    EXPECT_EQ(header_text("Suhu 31.5 di Ruang A"), "Suhu 31.5 di Ruang A");
}

TEST(HeaderText, CanNotAddAHeader) {
    EXPECT_EQ(header_text("Hello\r\nBcc: eve@x"), "Hello  Bcc: eve@x");
    EXPECT_EQ(header_text(std::string("a\0b", 3)), "a b");
}

TEST(HeaderText, OfOtherLettersIsEncodedInFoldedWords) {
    EXPECT_EQ(header_text("Suhu 31 °C"), "=?UTF-8?B?U3VodSAzMSDCsEM=?=");
    std::string text;
    for (int i = 0; i < 40; ++i)
        text += "電気";
    const std::string header = header_text(text);
    std::size_t begin = 0;
    for (std::size_t end; (end = header.find("\r\n ", begin)) != std::string::npos; begin = end + 3) {
        EXPECT_LE(end - begin, 75u);
    }
    EXPECT_GT(begin, 0u);
}

TEST(HeaderText, ThatLooksEncodedIsEncodedItself) {
    EXPECT_EQ(header_text("=?UTF-8?Q?x?="), "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=");
}

TEST(HeaderLines, HoldNoReceiverThatIsNoAddress) {
    Message message;
    message.sender = "silaware@rs.id";
    message.receivers = {"a@x.id", "b@x.id\r\nBcc: c@x.id", "nobody"};
    message.copies = {"nobody"};
    const auto lines = header_lines(message);
    EXPECT_EQ(lines[1], "To: a@x.id");
    for (const std::string& line : lines) {
        EXPECT_EQ(line.find_first_of("\r\n"), line.npos) << line;
        EXPECT_FALSE(line.starts_with("Cc:")) << line;
    }
}

TEST(HeaderLines, NameEverybodyAndAreStable) {
    Message message{.sender = "silaware@rs.id",
                    .receivers = {"a@x", "b@x"},
                    .copies = {"c@x"},
                    .subject = "S",
                    .id = "7.1",
                    .date = core::from_epoch_ms(1'795'455'752'123)};
    const std::vector<std::string> expected = {"From: silaware@rs.id",
                                               "To: a@x,\r\n b@x",
                                               "Cc: c@x",
                                               "Subject: S",
                                               "Date: Mon, 23 Nov 2026 17:42:32 +0000",
                                               "Message-ID: <7.1@rs.id>",
                                               "Auto-Submitted: auto-generated"};
    EXPECT_EQ(header_lines(message), expected);
}

}  // namespace
}  // namespace silaware::mail
