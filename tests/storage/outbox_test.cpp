#include "storage/outbox.hpp"

#include <gtest/gtest.h>

#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

using std::chrono::seconds;

class OutboxTest : public testing::Test {
  protected:
    std::int64_t put(const std::string& subject, core::Instant leave_at = {}) {
        OutgoingMail mail;
        mail.sender = "s@x";
        mail.receivers = "a@x, b@x";
        mail.subject = subject;
        mail.text = "text";
        mail.leave_at = leave_at;
        return database->transaction([&](Connection& connection) { return enqueue(connection, mail, now); });
    }
    OutboxEntry entry(std::int64_t id) {
        for (const auto& found : find_outbox(*database->acquire(), "", {}).items) {
            if (found.id == id) return found;
        }
        throw std::runtime_error("no such mail");
    }

    tests::FreshDatabase database;
    Outbox outbox{*database, "one"};
    Outbox other{*database, "two"};
    const core::Instant now = core::from_epoch_ms(1'800'000'000'000);
};

TEST_F(OutboxTest, AMailIsClaimedByOneSender) {
    const auto id = put("hello");
    const auto claimed = outbox.claim(outbox_mail, now, seconds(40));
    ASSERT_TRUE(claimed);
    EXPECT_EQ(claimed->id, id);
    EXPECT_EQ(claimed->receivers, "a@x, b@x");
    EXPECT_EQ(entry(id).state, "sending");
    EXPECT_FALSE(other.claim(outbox_mail, now + seconds(39), seconds(40)));
    EXPECT_TRUE(outbox.mark_sent(id, "250 ok", now));
    EXPECT_EQ(entry(id).state, "sent");
    EXPECT_EQ(entry(id).last_answer, "250 ok");
    EXPECT_FALSE(other.claim(outbox_mail, now + seconds(3600), seconds(40)));
}

TEST_F(OutboxTest, AMailOfAKilledSenderIsFreeAgainWhenItsClaimEnds) {
    const auto id = put("hello");
    ASSERT_TRUE(outbox.claim(outbox_mail, now, seconds(40)));
    EXPECT_TRUE(outbox.renew(id, now + seconds(60)));
    EXPECT_FALSE(other.claim(outbox_mail, now + seconds(59), seconds(40)));
    EXPECT_TRUE(other.claim(outbox_mail, now + seconds(60), seconds(40)));
    EXPECT_FALSE(outbox.renew(id, now + seconds(90)));
    EXPECT_FALSE(outbox.mark_sent(id, "250 ok", now));
    EXPECT_EQ(entry(id).state, "sending");
}

TEST_F(OutboxTest, AMailIsTriedAgainWhenItIsTimeForThoseWhoAreLeft) {
    const auto id = put("hello");
    ASSERT_TRUE(outbox.claim(outbox_mail, now, seconds(40)));
    EXPECT_TRUE(outbox.mark_waiting(id, "450 later", now + seconds(5), "b@x"));
    EXPECT_FALSE(outbox.claim(outbox_mail, now + seconds(4), seconds(40)));
    const auto again = outbox.claim(outbox_mail, now + seconds(5), seconds(40));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->attempts, 1);
    EXPECT_EQ(again->pending_receivers, "b@x");
    EXPECT_EQ(again->last_answer, "450 later");
}

TEST_F(OutboxTest, AMailThatAClockAheadPutOffLeavesNow) {
    const auto id = put("hello");
    const core::Instant ahead = now + std::chrono::hours(24 * 30);
    ASSERT_TRUE(outbox.claim(outbox_mail, ahead, seconds(40)));
    ASSERT_TRUE(outbox.mark_waiting(id, "no route", ahead + seconds(60), std::nullopt));
    EXPECT_TRUE(outbox.claim(outbox_mail, now, seconds(40)));
    EXPECT_FALSE(other.claim(outbox_mail, now, seconds(40)));
}

TEST_F(OutboxTest, KindsAndTimesAreKeptApart) {
    put("later", now + seconds(10));
    OutgoingMail call;
    call.kind = outbox_webhook;
    call.receivers = "https://x";
    enqueue(*database->acquire(), call, now);
    EXPECT_FALSE(outbox.claim(outbox_mail, now, seconds(40)));
    EXPECT_TRUE(outbox.claim(outbox_webhook, now, seconds(40)));
    EXPECT_TRUE(outbox.claim(outbox_mail, now + seconds(10), seconds(40)));
}

TEST_F(OutboxTest, AFailedMailIsSentAgainByHand) {
    const auto id = put("hello");
    ASSERT_TRUE(outbox.claim(outbox_mail, now, seconds(40)));
    const Change change{"admin", "127.0.0.1", now + seconds(1)};
    EXPECT_EQ(resend(*database, id, change).error().code, core::ErrorCode::conflict);
    EXPECT_TRUE(outbox.mark_failed(id, "550 no"));
    EXPECT_FALSE(outbox.claim(outbox_mail, now + seconds(3600), seconds(40)));
    EXPECT_TRUE(resend(*database, id, change));
    EXPECT_TRUE(outbox.claim(outbox_mail, now + seconds(1), seconds(40)));
    EXPECT_EQ(resend(*database, 4711, change).error().code, core::ErrorCode::not_found);
}

TEST_F(OutboxTest, AKeyIsNotKeptOnceItHasLeft) {
    OutgoingMail mail;
    mail.receivers = "ada@example.com";
    mail.text = "the key is 123";
    mail.html = "<p>the key is 123";
    mail.is_secret = true;
    const auto id = enqueue(*database->acquire(), mail, now);
    const auto texts = [&] {
        return database->select_one<std::string>(
            "SELECT CONCAT(text_body, html_body) FROM outbox WHERE id = ?", id);
    };
    EXPECT_EQ(outbox.claim(outbox_mail, now, seconds(40))->text, mail.text);
    EXPECT_NE(texts(), "");
    EXPECT_TRUE(outbox.mark_waiting(id, "450 later", now, {}));
    EXPECT_EQ(outbox.claim(outbox_mail, now, seconds(40))->text, mail.text);
    EXPECT_TRUE(outbox.mark_sent(id, "250 ok", now));
    EXPECT_EQ(texts(), "");
    const auto again = resend(*database, id, {"admin", "127.0.0.1", now});
    EXPECT_EQ(again.error().code, core::ErrorCode::conflict) << "an empty mail would leave";
}

TEST_F(OutboxTest, WaitingMailsSayWhyNoneLeaves) {
    const auto id = put("hello");
    outbox.explain_waiting("no mail server is set (MAIL_SERVER)");
    EXPECT_EQ(entry(id).last_answer, "no mail server is set (MAIL_SERVER)");
    EXPECT_EQ(entry(id).state, "waiting");
}

TEST_F(OutboxTest, ARolledBackCauseLeavesNoMail) {
    EXPECT_THROW(database->transaction([&](Connection& connection) {
        enqueue(connection, {}, now);
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_EQ(find_outbox(*database->acquire(), "", {}).total, 0);
}

TEST_F(OutboxTest, OnlyWhatLeftIsPurged) {
    const auto sent = put("sent");
    ASSERT_TRUE(outbox.claim(outbox_mail, now, seconds(40)));
    outbox.mark_sent(sent, "250 ok", now);
    put("waiting");
    EXPECT_EQ(purge_outbox(*database, now), 0u);
    EXPECT_EQ(purge_outbox(*database, now + seconds(1)), 1u);
    EXPECT_EQ(find_outbox(*database->acquire(), "waiting", {}).total, 1);
}

}  // namespace
}  // namespace silaware::storage
