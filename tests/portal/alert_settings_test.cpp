#include <gtest/gtest.h>

#include "portal/browser.hpp"
#include "storage/alert_settings.hpp"
#include "storage/alert_store.hpp"
#include "storage/outbox.hpp"

namespace silaware::portal {
namespace {

using enum http::Method;

class AlertSettingsTest : public testing::Test {
  protected:
    AlertSettingsTest() {
        for (const auto* table : {"alerts", "outbox", "device_limits", "alert_settings"})
            site.database->execute(std::string("DELETE FROM ") + table);
        site.add_account("root", "admin", "root password");
        browser.sign_in("root", "root password");
    }
    http::Response change(const boost::json::object& values) {
        return browser.json(put, "/login/settings/alerts/json", values);
    }
    boost::json::object problems(const boost::json::object& values) {
        const auto response = change(values);
        EXPECT_EQ(response.status(), 400);
        return body_of(response).at("fields").as_object();
    }
    boost::json::object shown() { return body_of(browser.get("/login/settings/alerts/json")); }
    storage::AlertSettings kept() { return storage::read_alert_settings(*site.database->acquire()); }
    std::string last_audit() {
        const auto entry = body_of(browser.get("/login/audit/json")).at("items").as_array().at(0).as_object();
        return text_of(entry, "action") + " " + http::to_json(entry.at("after"));
    }

    TestPortal site;
    Browser browser{site};
};

TEST_F(AlertSettingsTest, AreChangedShownAndAudited) {
    const auto response = change({{"alert_mailreceiver", " ops@rs.id, tech@rs.id "},
                                  {"language", "id"},
                                  {"quiet_from", "22:30"},
                                  {"quiet_to", "06:00"},
                                  {"webhook_url", "https://hook.rs.id/in?key=1"},
                                  {"webhook_secret", "s3cret"}});
    ASSERT_EQ(response.status(), 200) << response.body_text();
    EXPECT_EQ(body_of(response), shown());
    EXPECT_EQ(text_of(shown(), "alert_mailreceiver"), "ops@rs.id, tech@rs.id");
    EXPECT_EQ(text_of(shown(), "quiet_from"), "22:30");
    EXPECT_EQ(kept().quiet_from_minute, 22 * 60 + 30);
    EXPECT_EQ(kept().quiet_to_minute, 360);
    EXPECT_TRUE(shown().at("webhook_signed").as_bool());
    EXPECT_EQ(response.body_text().find("s3cret"), std::string_view::npos);
    EXPECT_NE(last_audit().find(R"("quiet_from":"22:30")"), std::string::npos) << last_audit();
    EXPECT_EQ(last_audit().find("s3cret"), std::string::npos);
}

TEST_F(AlertSettingsTest, WhatIsNotSentStays) {
    change({{"webhook_url", "http://hook"}, {"webhook_secret", "s3cret"}, {"language", "id"}});
    ASSERT_EQ(change({{"quiet_from", "01:00"}, {"quiet_to", "02:00"}}).status(), 200);
    EXPECT_EQ(kept().webhook_secret, "s3cret");
    EXPECT_EQ(kept().language, "id");
    ASSERT_EQ(change({{"quiet_from", ""}, {"quiet_to", ""}}).status(), 200);
    EXPECT_EQ(text_of(shown(), "quiet_from"), "");
    ASSERT_EQ(change({{"webhook_url", ""}}).status(), 200);
    EXPECT_FALSE(shown().at("webhook_signed").as_bool());
}

TEST_F(AlertSettingsTest, WhatIsWrongIsSaidFieldByField) {
    const auto fields = problems({{"alert_mailreceiver", "ops@rs.id\r\nBcc: x@y.z"},
                                  {"language", "xx"},
                                  {"quiet_from", "24:00"},
                                  {"quiet_to", "7:00"},
                                  {"webhook_url", "ftp://hook"},
                                  {"webhook_secret", "a\nb"}});
    for (const auto* name :
         {"alert_mailreceiver", "language", "quiet_from", "quiet_to", "webhook_url", "webhook_secret"})
        EXPECT_TRUE(fields.contains(name)) << name;
    EXPECT_TRUE(problems({{"quiet_from", "22:00"}, {"quiet_to", ""}}).contains("quiet_to"));
    EXPECT_TRUE(problems({{"quiet_to", "06:00"}}).contains("quiet_from"));
    for (const auto* url : {"https://", "https:///in", "http://a b", "https://a\nb", "javascript:x"})
        EXPECT_TRUE(problems({{"webhook_url", url}}).contains("webhook_url")) << url;
    EXPECT_EQ(kept().webhook_url, "");
    EXPECT_EQ(kept().quiet_to_minute, 0);
}

TEST_F(AlertSettingsTest, AListOfReceiversThatNoColumnTakesIsSaid) {
    std::string list = "a@rs.id";
    while (list.size() < 50'000)
        list += ",a@rs.id";
    EXPECT_TRUE(problems({{"alert_mailreceiver", list}, {"language", "id"}}).contains("alert_mailreceiver"));
    EXPECT_EQ(kept().language, "en");
    const auto response =
        browser.json(put, "/login/settings/json", {{"max_temperature", 44}, {"monthly_mailreceiver", list}});
    EXPECT_EQ(response.status(), 400);
    EXPECT_TRUE(body_of(response).at("fields").as_object().contains("monthly_mailreceiver"));
    EXPECT_NE(body_of(browser.get("/login/settings/json")).at("max_temperature"), 44);
    list.resize(list.rfind(','));
    EXPECT_EQ(browser.json(put, "/login/settings/json", {{"monthly_mailreceiver", list}}).status(), 200);
}

TEST_F(AlertSettingsTest, OfTheSpecificationKeepTheirColumns) {
    const auto response = browser.json(
        put, "/login/settings/json", {{"max_temperature", 27.3}, {"utils_mailreceiver", "a@rs.id, b@rs.id"}});
    ASSERT_EQ(response.status(), 200) << response.body_text();
    std::vector<std::string> names;
    for (const auto& [name, value] : body_of(browser.get("/login/settings/json")))
        names.emplace_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{"id", "utils_min_duration", "utils_mailreceiver",
                                               "max_temperature", "max_humidity", "temphumid_mailreceiver",
                                               "cc_mailreceiver", "mail_sender", "monthly_mailreceiver"}));
    EXPECT_EQ(body_of(response).at("max_temperature").as_double(), 27.3);
    for (const auto* bad : {"0", "-1", "nan", ""}) {
        EXPECT_EQ(browser.json(put, "/login/settings/json", {{"max_humidity", bad}}).status(), 400) << bad;
    }
}

TEST_F(AlertSettingsTest, ARoomsOwnLimitsBeatThoseOfTheSettings) {
    const std::string path = "/login/climate/limits?mac=aabbccddeeff";
    EXPECT_EQ(browser.get(path).status(), 404);
    EXPECT_EQ(browser.json(put, path, {{"max_temperature", 8}}).status(), 404);
    site.database->execute(
        "INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms) VALUES ('AA:BB:CC:DD:EE:FF', 0, 0)");
    ASSERT_EQ(browser.json(put, path, {{"max_temperature", "8.1"}}).status(), 200);
    EXPECT_NE(last_audit().find(R"(device.limits {"max_temperature":"8.1"})"), std::string::npos)
        << last_audit();
    EXPECT_EQ(browser.json(put, path, {{"max_humidity", 60}}).status(), 200);
    EXPECT_EQ(
        body_of(browser.get(path)),
        (boost::json::object{{"uid", "AA:BB:CC:DD:EE:FF"}, {"max_temperature", 8.1}, {"max_humidity", 60}}));
    EXPECT_EQ(browser.json(put, path, {{"max_temperature", -1}, {"max_humidity", "x"}}).status(), 400);
    ASSERT_EQ(browser.json(put, path, {{"max_temperature", nullptr}, {"max_humidity", ""}}).status(), 200);
    EXPECT_TRUE(body_of(browser.get(path)).at("max_temperature").is_null());
    Browser viewer(site);
    site.add_account("ada", "user", "ada password");
    viewer.sign_in("ada", "ada password");
    EXPECT_EQ(viewer.get(path).status(), 200);
    EXPECT_EQ(viewer.json(put, path, {{"max_temperature", 8}}).status(), 403);
}

TEST_F(AlertSettingsTest, TheClimatePageKnowsTheLimitsThatCount) {
    browser.json(put, "/login/settings/json", {{"max_temperature", 30}, {"max_humidity", 70}});
    site.database->execute(
        "INSERT INTO known_devices (id, uid, first_seen_ms, last_seen_ms) VALUES (77, 'Cold room', 0, 0)");
    site.database->execute(
        "REPLACE INTO latest_climate (device_id, observed_ms, temperature) VALUES (77, 1, 5)");
    site.database->execute("INSERT INTO device_limits (uid, max_temperature) VALUES ('Cold room', 8)");
    const auto answer = body_of(browser.get("/login/climate/json"));
    EXPECT_EQ(answer.at("devices").at(0).at("limits").at("temperature"), 8);
    EXPECT_EQ(answer.at("devices").at(0).at("limits").at("humidity"), answer.at("limits").at("humidity"));
    site.database->execute("DELETE FROM latest_climate");
}

TEST_F(AlertSettingsTest, ACurveOfARoomEndsWhereItsSensorWasSilent) {
    site.database->execute(
        "INSERT INTO known_devices (id, uid, first_seen_ms, last_seen_ms, usual_interval_ms) VALUES (78, "
        "'Often', 0, 0, 60000), (79, 'Seldom', 0, 0, 1200000)");
    site.database->execute(
        "REPLACE INTO latest_climate (device_id, observed_ms, temperature) VALUES (78, 1, 5), (79, 1, 5)");
    const std::int64_t now = core::epoch_ms(site.clock) / 900'000;
    for (const std::int64_t ago : {97, 10, 9, 7, 6}) {
        site.database->execute(
            "INSERT INTO climate_quarter_hours (bucket, device_id, temperature_sum, temperature_samples) "
            "VALUES (?, 78, 43, 2), (?, 79, 21.5, 1)",
            now - ago, now - ago);
    }
    const auto devices = body_of(browser.get("/login/climate/json")).at("devices");
    const auto temperatures = [&](std::size_t at) { return devices.at(at).at("series").at("temperature"); };
    EXPECT_EQ(temperatures(0), (boost::json::array{21.5, 21.5, nullptr, 21.5, 21.5}));
    EXPECT_EQ(temperatures(1), (boost::json::array{21.5, 21.5, 21.5, 21.5}));
    site.database->execute("DELETE FROM latest_climate");
}

TEST_F(AlertSettingsTest, AnAlertIsAcknowledgedOnceWithANote) {
    auto connection = site.database->acquire();
    const auto id =
        storage::open_alert(*connection, {"stuck", "R1", "the sensor", {}, {}, site.clock, site.clock});
    const auto path = "/login/alerts/" + std::to_string(id.value()) + "/ack";
    EXPECT_EQ(browser.json(post, path, {{"note", std::string(1001, 'x')}}).status(), 400);
    ASSERT_EQ(browser.json(post, path, {{"note", "changed the sensor"}}).status(), 200);
    EXPECT_EQ(browser.json(post, path, {{"note", "again"}}).status(), 409);
    EXPECT_EQ(browser.json(post, "/login/alerts/999999/ack", boost::json::object{}).status(), 404);
    const auto alert =
        body_of(browser.get("/login/alerts/json?kind=stuck&state=acknowledged&device=r1")).at("items").at(0);
    EXPECT_EQ(alert.at("note").as_string(), "changed the sensor");
    EXPECT_EQ(alert.at("acknowledged_by").as_string(), "root");
    EXPECT_TRUE(alert.at("cleared_at").is_null());
}

TEST_F(AlertSettingsTest, AMailIsSentAgainByHand) {
    storage::OutgoingMail mail;
    mail.receivers = "a@rs.id";
    mail.subject = "hello";
    const auto id = storage::enqueue(*site.database->acquire(), mail, site.clock);
    site.database->execute("UPDATE outbox SET state = 'failed', attempts = 3, last_answer = '550 no'");
    const auto entry = body_of(browser.get("/login/outbox/json?state=failed")).at("items").at(0);
    EXPECT_EQ(entry.at("answer").as_string(), "550 no");
    const auto path = "/login/outbox/" + std::to_string(id) + "/resend";
    ASSERT_EQ(browser.json(post, path, boost::json::object{}).status(), 200);
    EXPECT_NE(last_audit().find("mail.resend"), std::string::npos);
    site.database->execute("UPDATE outbox SET state = 'sending'");
    EXPECT_EQ(browser.json(post, path, boost::json::object{}).status(), 409);
}

TEST_F(AlertSettingsTest, ATestMailShowsTheServersAnswer) {
    site.portal.send_test_mail = [](const std::string& receiver, const view::Mail&) {
        return core::Result<MailOutcome>(MailOutcome{false, "550 " + receiver + " is nobody"});
    };
    const auto answer = body_of(browser.json(post, "/login/settings/test_mail", boost::json::object{}));
    EXPECT_FALSE(answer.at("accepted").as_bool());
    EXPECT_EQ(text_of(answer, "answer"), "550 root@example.com is nobody");
    EXPECT_EQ(browser.json(post, "/login/settings/test_mail", {{"receiver", "no address"}}).status(), 400);
}

}  // namespace
}  // namespace silaware::portal
