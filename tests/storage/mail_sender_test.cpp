#include <thread>

#include "alerts/mail_sender.hpp"
#include "storage/alert_fixture.hpp"
#include "support/smtp_sink.hpp"

namespace silaware::alerts {
namespace {

using std::chrono::seconds;
using tests::SmtpSink;

class MailSenderTest : public tests::AlertsTest {
  protected:
    static MailSenderOptions reaching(const SmtpSink& sink) {
        return {.smtp = mail::SmtpOptions{.server = "127.0.0.1", .port = sink.port()},
                .poll = std::chrono::milliseconds(50)};
    }
    std::int64_t put(const std::string& receivers, const std::string& subject = "hello") {
        storage::OutgoingMail mail;
        mail.sender = "silaware@x";
        mail.receivers = receivers;
        mail.subject = subject;
        mail.text = "text";
        mail.html = "<p>text</p>";
        return storage::enqueue(*database->acquire(), mail, wall_clock());
    }
    static core::Instant wall_clock() {
        return std::chrono::time_point_cast<core::Milliseconds>(std::chrono::system_clock::now());
    }
    storage::OutboxEntry entry(std::int64_t id) {
        for (const auto& found : storage::find_outbox(*database->acquire(), "", {1, 100}).items) {
            if (found.id == id) return found;
        }
        throw std::runtime_error("no such mail");
    }
    bool deliver(MailSender& sender) { return sender.deliver_next(storage::outbox_mail, never.get_token()); }
    void make_due() { set("UPDATE outbox SET next_attempt_ms = 0 WHERE state = 'waiting'"); }
    bool wait_for(const std::function<bool()>& condition, int limit_seconds = 30) {
        const auto end = std::chrono::steady_clock::now() + seconds(limit_seconds);
        while (std::chrono::steady_clock::now() < end) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }

    std::stop_source never;
};

TEST_F(MailSenderTest, AMailIsSentOnceAndTheAnswerKept) {
    SmtpSink sink;
    MailSender sender(*database, reaching(sink));
    const auto id = put("a@x, b@x");
    EXPECT_TRUE(deliver(sender));
    EXPECT_FALSE(deliver(sender));
    EXPECT_EQ(entry(id).state, "sent");
    EXPECT_EQ(entry(id).last_answer, "250 taken, thank you");
    EXPECT_EQ(entry(id).attempts, 1);
    EXPECT_EQ(sink.mails().size(), 1u);
}

TEST_F(MailSenderTest, SendersSideBySideSendEachMailOnce) {
    SmtpSink sink;
    for (int i = 0; i < 40; ++i)
        put("a@x", "mail " + std::to_string(i));
    std::vector<std::jthread> senders;
    for (int i = 0; i < 3; ++i) {
        senders.emplace_back(
            [&](std::stop_token stop) { MailSender(*database, reaching(sink)).run(std::move(stop)); });
    }
    EXPECT_TRUE(wait_for([&] { return sink.mails().size() >= 40; }));
    std::this_thread::sleep_for(seconds(1));
    EXPECT_EQ(sink.mails().size(), 40u);
}

TEST_F(MailSenderTest, AServerThatWasAwayLosesNothing) {
    SmtpSink sink;
    sink.stop();
    const auto first = put("a@x");
    const auto second = put("b@x");
    std::jthread thread(
        [&](std::stop_token stop) { MailSender(*database, reaching(sink)).run(std::move(stop)); });
    ASSERT_TRUE(wait_for([&] { return entry(first).attempts == 1; }));
    EXPECT_EQ(entry(first).state, "waiting");
    EXPECT_EQ(entry(second).attempts, 0);  // one finds out, not all
    sink.start();
    EXPECT_TRUE(wait_for([&] { return sink.mails().size() == 2; }));
    EXPECT_TRUE(wait_for([&] { return entry(second).state == "sent"; }));
}

TEST_F(MailSenderTest, ARefusedReceiverKeepsTheMailFromNobodyElse) {
    SmtpSink sink;
    sink.set_mode(R"({"refuse": {"b@x": "450 busy", "c@x": "550 nobody here"}})");
    MailSender sender(*database, reaching(sink));
    const auto id = put("a@x, b@x, c@x");
    EXPECT_TRUE(deliver(sender));
    EXPECT_EQ(entry(id).state, "waiting");
    sink.set_mode("{}");
    make_due();
    EXPECT_TRUE(deliver(sender));
    EXPECT_EQ(entry(id).state, "sent");
    EXPECT_NE(entry(id).last_answer.find("c@x (550 nobody here)"), std::string::npos)
        << entry(id).last_answer;
    ASSERT_EQ(sink.mails().size(), 2u);
    EXPECT_NE(sink.mails()[0].find(R"("to": ["a@x"])"), std::string::npos);
    EXPECT_NE(sink.mails()[1].find(R"("to": ["b@x"])"), std::string::npos);
}

TEST_F(MailSenderTest, FailsAfterThreeRefusalsInTheServersWords) {
    SmtpSink sink;
    sink.set_mode(R"({"sender_reply": "553 not from here"})");
    MailSender sender(*database, reaching(sink));
    const auto id = put("a@x");
    for (int i = 0; i < 3; ++i) {
        make_due();
        EXPECT_TRUE(deliver(sender));
    }
    EXPECT_EQ(entry(id).state, "failed");
    EXPECT_EQ(entry(id).last_answer, "553 not from here");
}

TEST_F(MailSenderTest, FourHundredsAndADroppedConnectionAreTriedAgain) {
    SmtpSink sink;
    sink.set_mode(R"({"drop_after_data": 1, "data_replies": ["", "451 later"]})");
    MailSender sender(*database, reaching(sink));
    const auto id = put("a@x");
    for (int i = 0; i < 3; ++i) {
        make_due();
        EXPECT_TRUE(deliver(sender));
    }
    EXPECT_EQ(entry(id).state, "sent");
    EXPECT_EQ(entry(id).attempts, 3);
    EXPECT_EQ(sink.mails().size(), 1u);
}

TEST_F(MailSenderTest, WithoutAServerMailsWaitAndSayWhy) {
    MailSender sender(*database, {});
    const auto id = put("a@x");
    EXPECT_FALSE(deliver(sender));
    EXPECT_EQ(entry(id).state, "waiting");
    EXPECT_EQ(entry(id).last_answer, "no mail server is set (MAIL_SERVER)");
}

TEST_F(MailSenderTest, StopsInSecondsBesideASlowServer) {
    SmtpSink sink;
    sink.set_mode(R"({"delay": 60})");
    const auto id = put("a@x");
    std::jthread thread(
        [&](std::stop_token stop) { MailSender(*database, reaching(sink)).run(std::move(stop)); });
    ASSERT_TRUE(wait_for([&] { return !sink.sessions().empty(); }));
    const auto begin = std::chrono::steady_clock::now();
    thread.request_stop();
    thread.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(6));
    EXPECT_EQ(entry(id).state, "waiting");
}

TEST_F(MailSenderTest, AnAttachmentArrives) {
    SmtpSink sink;
    storage::OutgoingMail mail;
    mail.sender = "silaware@x";
    mail.receivers = "a@x";
    mail.subject = "report";
    mail.attachment_name = "energy-2026-11.xlsx";
    mail.attachment = std::string(200'000, '\0');
    storage::enqueue(*database->acquire(), mail, wall_clock());
    MailSender sender(*database, reaching(sink));
    EXPECT_TRUE(deliver(sender));
    ASSERT_EQ(sink.mails().size(), 1u);
    EXPECT_NE(sink.mails()[0].find(R"("name": "energy-2026-11.xlsx", "size": 200000)"), std::string::npos);
}

}  // namespace
}  // namespace silaware::alerts
