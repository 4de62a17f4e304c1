#include "mail/smtp_client.hpp"

#include <gtest/gtest.h>

#include "support/smtp_sink.hpp"

namespace silaware::mail {
namespace {

using tests::SmtpSink;

Message a_mail() {
    return {.sender = "silaware@rs.id",
            .receivers = {"a@x.id", "b@x.id"},
            .copies = {"c@x.id"},
            .subject = "Suhu 31.5 °C",
            .text = "Ruang A\n.\nselesai = 100 %\n",
            .html = "<p>Ruang A &amp; B</p>",
            .id = "1.1",
            .date = core::from_epoch_ms(1'795'455'752'123)};
}

SmtpOptions reaching(const SmtpSink& sink, SmtpSecurity security = SmtpSecurity::none) {
    return {.server = "localhost", .port = sink.port(), .security = security, .tls_ca = sink.ca()};
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(SmtpClient, DeliversTextHtmlAndAttachmentsToAll) {
    SmtpSink sink;
    SmtpOptions options = reaching(sink);
    options.tls_ca.clear();
    Message mail = a_mail();
    mail.attachments = {{"report \"1\".xlsx", std::string(100'000, '\x7f'), "application/zip"}};
    const Delivery delivery = SmtpClient(options).send(mail);
    EXPECT_EQ(delivery.state, DeliveryState::sent) << delivery.answer;
    EXPECT_EQ(delivery.answer, "250 taken, thank you");
    EXPECT_TRUE(delivery.refused.empty());
    ASSERT_EQ(sink.mails().size(), 1u);
    const std::string taken = sink.mails()[0];
    EXPECT_TRUE(has(taken, R"("to": ["a@x.id", "b@x.id", "c@x.id"])")) << taken.substr(0, 2000);
    EXPECT_TRUE(has(taken, R"("subject": "Suhu 31.5 \u00b0C")"));
    EXPECT_TRUE(has(taken, R"("text": "Ruang A\n.\nselesai = 100 %\n)"));
    EXPECT_TRUE(has(taken, R"("html": "<p>Ruang A &amp; B</p>)"));
    EXPECT_TRUE(has(taken, R"([{"name": "report__1_.xlsx", "size": 100000, "type": "application/zip"}])"));
    EXPECT_TRUE(has(taken, R"(["Message-ID", "<1.1@rs.id>"])"));
    EXPECT_FALSE(has(taken, "Bcc"));
}

TEST(SmtpClient, VerifiesTheCertificateOverStarttls) {
    SmtpSink sink({"--tls", "starttls"});
    EXPECT_EQ(SmtpClient(reaching(sink, SmtpSecurity::starttls)).send(a_mail()).state, DeliveryState::sent);
    EXPECT_TRUE(has(sink.mails().at(0), R"("tls": true)"));

    SmtpOptions unknown_authority = reaching(sink, SmtpSecurity::starttls);
    unknown_authority.tls_ca.clear();
    const Delivery refused = SmtpClient(unknown_authority).send(a_mail());
    EXPECT_EQ(refused.state, DeliveryState::down);
    EXPECT_TRUE(has(refused.answer, "certificate")) << refused.answer;
    EXPECT_EQ(sink.mails().size(), 1u);
}

TEST(SmtpClient, SendsNothingWhenTheServerHasNoStarttls) {
    SmtpSink sink;
    SmtpOptions options = reaching(sink, SmtpSecurity::starttls);
    options.tls_ca.clear();
    EXPECT_EQ(SmtpClient(options).send(a_mail()).state, DeliveryState::down);
    EXPECT_TRUE(sink.mails().empty());
}

TEST(SmtpClient, SignsInOverImplicitTls) {
    SmtpSink sink({"--tls", "implicit", "--user", "mailer", "--password", "s3cret"});
    SmtpOptions options = reaching(sink, SmtpSecurity::implicit);
    options.username = "mailer";
    options.password = "s3cret";
    EXPECT_EQ(SmtpClient(options).send(a_mail()).state, DeliveryState::sent);
    EXPECT_TRUE(has(sink.mails().at(0), R"("user": "mailer")"));

    options.password = "wrong";
    const Delivery refused = SmtpClient(options).send(a_mail());
    EXPECT_EQ(refused.state, DeliveryState::down);
    EXPECT_TRUE(has(refused.answer, "535")) << refused.answer;

    options.username.clear();
    EXPECT_EQ(SmtpClient(options).send(a_mail()).state, DeliveryState::down);
    EXPECT_EQ(sink.mails().size(), 1u);
}

TEST(SmtpClient, GreetsTheServerWithoutSending) {
    SmtpSink sink({"--tls", "starttls", "--user", "mailer", "--password", "s3cret"});
    SmtpOptions options = reaching(sink, SmtpSecurity::starttls);
    options.username = "mailer";
    options.password = "s3cret";
    EXPECT_TRUE(SmtpClient(options).greet());
    options.password = "wrong";
    const auto refused = SmtpClient(options).greet();
    ASSERT_FALSE(refused);
    EXPECT_TRUE(has(refused.error().message, "535")) << refused.error().message;
    options.tls_ca.clear();
    const auto unknown = SmtpClient(options).greet();
    ASSERT_FALSE(unknown);
    EXPECT_TRUE(has(unknown.error().message, "certificate")) << unknown.error().message;
    sink.stop();
    EXPECT_FALSE(SmtpClient(options).greet());
    EXPECT_TRUE(sink.mails().empty());
}

TEST(SmtpClient, OneRefusedReceiverDoesNotKeepTheMailFromTheOthers) {
    SmtpSink sink;
    sink.set_mode(R"({"refuse": {"a@x.id": "550 no such user", "c@x.id": "450 mailbox busy"}})");
    Message mail = a_mail();
    mail.copies.push_back("not an address\r\nDATA");
    const Delivery delivery = SmtpClient(reaching(sink)).send(mail);
    EXPECT_EQ(delivery.state, DeliveryState::sent) << delivery.answer;
    ASSERT_EQ(delivery.refused.size(), 3u);
    EXPECT_EQ(delivery.refused[0].words, "550 no such user");
    EXPECT_FALSE(delivery.refused[1].is_permanent());
    EXPECT_TRUE(delivery.refused[2].is_permanent());
    EXPECT_TRUE(has(sink.mails().at(0), R"("to": ["b@x.id"])"));
}

TEST(SmtpClient, AllReceiversRefusedIsARefusal) {
    SmtpSink sink;
    sink.set_mode(R"({"refuse": {"a@x.id": "550 no", "b@x.id": "551 no", "c@x.id": "550 never"}})");
    EXPECT_EQ(SmtpClient(reaching(sink)).send(a_mail()).state, DeliveryState::permanent);
    sink.set_mode(R"({"refuse": {"a@x.id": "550 no", "b@x.id": "450 later", "c@x.id": "550 never"}})");
    EXPECT_EQ(SmtpClient(reaching(sink)).send(a_mail()).state, DeliveryState::temporary);
    EXPECT_TRUE(sink.mails().empty());
}

TEST(SmtpClient, TellsNowFromNever) {
    SmtpSink sink;
    sink.set_mode(R"({"data_replies": ["451 try later", "554 looks like spam"]})");
    const SmtpClient client(reaching(sink));
    const Delivery later = client.send(a_mail());
    EXPECT_EQ(later.state, DeliveryState::temporary);
    EXPECT_EQ(later.answer, "451 try later");
    EXPECT_EQ(client.send(a_mail()).state, DeliveryState::permanent);
    EXPECT_EQ(client.send(a_mail()).state, DeliveryState::sent);
    sink.set_mode(R"({"sender_reply": "553 not from here"})");
    EXPECT_EQ(client.send(a_mail()).state, DeliveryState::permanent);
    sink.set_mode(R"({"sender_reply": "530 sign in first"})");
    EXPECT_EQ(client.send(a_mail()).state, DeliveryState::down);
}

TEST(SmtpClient, AConnectionThatDropsAfterTheDataIsToBeTriedAgain) {
    SmtpSink sink;
    sink.set_mode(R"({"drop_after_data": 1})");
    EXPECT_EQ(SmtpClient(reaching(sink)).send(a_mail()).state, DeliveryState::temporary);
}

TEST(SmtpClient, AServerThatIsAwayIsDown) {
    SmtpSink sink;
    sink.stop();
    const Delivery delivery = SmtpClient(reaching(sink)).send(a_mail());
    EXPECT_EQ(delivery.state, DeliveryState::down);
    EXPECT_FALSE(delivery.answer.empty());
}

TEST(SmtpClient, GivesUpOnASlowServerAndWhenTold) {
    SmtpSink sink;
    sink.set_mode(R"({"delay": 20})");
    SmtpOptions options = reaching(sink);
    options.reply_timeout = std::chrono::seconds(1);
    EXPECT_EQ(SmtpClient(options).send(a_mail()).state, DeliveryState::temporary);

    const auto begin = std::chrono::steady_clock::now();
    const auto a_second = [&] { return std::chrono::steady_clock::now() - begin < std::chrono::seconds(1); };
    const Delivery stopped = SmtpClient(reaching(sink)).send(a_mail(), a_second);
    EXPECT_NE(stopped.state, DeliveryState::sent);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST(SmtpClient, DoesNotWaitForTheGoodbye) {
    SmtpSink sink;
    sink.set_mode(R"({"quit_delay": 20})");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(SmtpClient(reaching(sink)).send(a_mail()).state, DeliveryState::sent);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(SmtpClient, RefusesASenderThatIsNoAddress) {
    SmtpSink sink;
    Message mail = a_mail();
    mail.sender = "x@y>\r\nRCPT TO:<eve@x";
    EXPECT_EQ(SmtpClient(reaching(sink)).send(mail).state, DeliveryState::permanent);
    EXPECT_TRUE(sink.sessions().empty());
}

}  // namespace
}  // namespace silaware::mail
