#include <gtest/gtest.h>

#include "portal/browser.hpp"

namespace silaware::portal {
namespace {

using enum http::Method;

class DevicesTest : public testing::Test {
  protected:
    DevicesTest() {
        site.add_account("root", "admin", "root password");
        site.add_account("ada", "user", "ada password");
        browser.sign_in("root", "root password");
    }
    void report(const std::string& uid, core::Instant at, std::int64_t interval_ms) {
        site.database->execute(
            "INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, usual_interval_ms) VALUES (?, 1, "
            "?, ?)",
            uid, core::epoch_ms(at), interval_ms);
    }
    boost::json::array items(const std::string& query = "") {
        return body_of(browser.get("/login/devices/json" + query)).at("items").as_array();
    }
    TestPortal site;
    Browser browser{site};
};

TEST_F(DevicesTest, ADeviceIsRegisteredChangedAndRemoved) {
    const auto created =
        browser.json(post, "/login/devices",
                     {{"mac_address", "aa-bb-cc-dd-ee-ff"}, {"mcu_type", "ESP32"}, {"location", "Roof"}});
    ASSERT_EQ(created.status(), 201) << created.body_text();
    const auto device = body_of(created);
    EXPECT_EQ(text_of(device, "mac_address"), "AA:BB:CC:DD:EE:FF");
    EXPECT_TRUE(device.at("registered").as_bool());
    EXPECT_FALSE(device.at("online").as_bool());
    EXPECT_TRUE(device.at("last_seen").is_null());
    const auto path = "/login/devices/" + std::to_string(device.at("id").as_int64());
    EXPECT_EQ(browser.json(post, "/login/devices", {{"mac_address", "AABBCCDDEEFF"}}).status(), 409);
    const auto changed = browser.json(put, path, {{"location", "Cellar"}, {"rated_power_w", "7500"}});
    EXPECT_EQ(text_of(body_of(changed), "location"), "Cellar");
    EXPECT_EQ(text_of(body_of(changed), "mcu_type"), "ESP32") << "what is not sent stays";
    EXPECT_EQ(browser.send(del, path).status(), 200);
    EXPECT_EQ(browser.json(put, path, {{"location", "x"}}).status(), 404);
}

TEST_F(DevicesTest, ANumberStaysTheIdThatItWas) {
    for (const auto& [number, text] :
         {std::pair{boost::json::value(862462030012345678), "862462030012345678"},
          std::pair{boost::json::value(42), "42"}}) {
        const auto created = browser.json(post, "/login/devices", {{"mac_address", number}});
        EXPECT_EQ(text_of(body_of(created), "mac_address"), text);
    }
    const auto beyond = browser.json(post, "/login/devices", {{"mac_address", 1.5e22}});
    EXPECT_EQ(beyond.status(), 400) << beyond.body_text();
}

TEST_F(DevicesTest, WhatIsWrongIsSaidFieldByField) {
    const auto response = browser.json(post, "/login/devices",
                                       {{"mac_address", " "},
                                        {"mcu_type", std::string(300, 'x')},
                                        {"location", "a\nb"},
                                        {"rated_power_w", -1}});
    EXPECT_EQ(response.status(), 400);
    const auto fields = body_of(response).at("fields").as_object();
    for (const auto* name : {"mac_address", "mcu_type", "location", "rated_power_w"})
        EXPECT_TRUE(fields.contains(name)) << name;
}

TEST_F(DevicesTest, OnlineIsThreeOfItsOwnIntervalsAtLeastAMinute) {
    report("fast", site.clock - core::Seconds(59), 1000);
    report("late", site.clock - core::Seconds(61), 1000);
    report("slow", site.clock - core::Seconds(899), 300'000);
    for (const auto& item : items()) {
        const bool online = item.at("online").as_bool();
        EXPECT_EQ(online, item.at("mac_address").as_string() != "late") << item.at("mac_address");
        EXPECT_FALSE(item.at("registered").as_bool());
        EXPECT_TRUE(item.at("id").is_null());
    }
}

TEST_F(DevicesTest, WithoutAPageAllAreListed) {
    for (int i = 0; i < 30; ++i)
        report("meter-" + std::to_string(i), site.clock, 1000);
    EXPECT_EQ(items().size(), 30u);
    EXPECT_EQ(items("?page=2").size(), 10u);
    EXPECT_EQ(items("?page=1&per_page=500").size(), 30u);
    EXPECT_EQ(body_of(browser.get("/login/devices/json?page=1&per_page=500")).at("per_page").as_int64(), 100);
    EXPECT_EQ(items("?page=-1&per_page=0").size(), 10u);
    EXPECT_EQ(items("?page=99").size(), 0u);
    EXPECT_EQ(items("?search=meter-29").size(), 1u);
}

TEST_F(DevicesTest, IdsOfEveryScriptCompareWithoutCase) {
    EXPECT_EQ(browser.json(post, "/login/devices", {{"mac_address", "P\u00C9-\u0416"}}).status(), 201);
    EXPECT_EQ(browser.json(post, "/login/devices", {{"mac_address", "p\u00E9-\u0436"}}).status(), 409);
    EXPECT_EQ(browser.json(post, "/login/devices", {{"mac_address", "p\u00E9\u200B-\u0436"}}).status(), 400);
    report("p\u00E9-\u0436", site.clock, 1000);
    ASSERT_EQ(items().size(), 1u);
    EXPECT_TRUE(items()[0].at("registered").as_bool());
}

TEST_F(DevicesTest, HugeNumbersOfPagesAreCutToWhatThereIs) {
    report("meter", site.clock, 1000);
    const auto page =
        body_of(browser.get("/login/devices/json?page=99999999999999999999&per_page=99999999999999999999"));
    EXPECT_EQ(page.at("per_page").as_int64(), 100);
    EXPECT_EQ(page.at("items").as_array().size(), 0u);
}

TEST_F(DevicesTest, AUserSeesThemAndChangesNothing) {
    Browser ada(site);
    ada.sign_in("ada", "ada password");
    EXPECT_EQ(ada.get("/login/devices/json").status(), 200);
    EXPECT_EQ(ada.json(post, "/login/devices", {{"mac_address", "aabbccddeeff"}}).status(), 403);
}

TEST_F(DevicesTest, AFormIsAsGoodAsJson) {
    const auto response = browser.form(
        "/login/devices", {{"mac_address", "aabbccddeeff"}, {"csrf_token", browser.headers["x-csrf-token"]}});
    EXPECT_EQ(response.status(), 201);
}

TEST_F(DevicesTest, WhatIsExportedCanBeImported) {
    const auto created = browser.json(
        post, "/login/devices",
        {{"mac_address", "aabbccddeeff"}, {"location", "=HYPERLINK(\"x\")"}, {"group", "a,b;\"c\""}});
    const auto exported = browser.get("/login/devices/csv");
    const std::string csv(exported.body_text());
    EXPECT_NE(csv.find("'=HYPERLINK"), std::string::npos) << csv;
    browser.send(del, "/login/devices/" + std::to_string(body_of(created).at("id").as_int64()));
    ASSERT_TRUE(items().empty());
    const auto imported = browser.send(post, "/login/devices/csv", csv, "text/csv");
    ASSERT_EQ(imported.status(), 200) << imported.body_text();
    EXPECT_EQ(body_of(imported).at("created").as_int64(), 1);
    EXPECT_EQ(items()[0].at("location").as_string(), "=HYPERLINK(\"x\")");
    EXPECT_EQ(items()[0].at("group").as_string(), "a,b;\"c\"");
}

TEST_F(DevicesTest, AFileWithABadLineImportsNothing) {
    const auto response = browser.send(
        post, "/login/devices/csv",
        "mac_address;rated_power_w\naabbccddee01;10\naabbccddee02;many\naabbccddee01;5\n", "text/csv");
    EXPECT_EQ(response.status(), 400);
    const auto fields = body_of(response).at("fields").as_object();
    EXPECT_TRUE(fields.contains("line 3"));
    EXPECT_TRUE(fields.contains("line 4"));
    EXPECT_TRUE(items().empty());
    EXPECT_EQ(browser.send(post, "/login/devices/csv", "a,b\n1,2\n", "text/csv").status(), 400);
    EXPECT_EQ(browser.send(post, "/login/devices/csv", "mac_address\n\xff\n", "text/csv").status(), 400);
}

TEST_F(DevicesTest, AnUploadedFileIsRead) {
    const std::string body =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"d.csv\"\r\n\r\n"
        "mac_address\r\naabbccddeeff\r\n\r\n--b--\r\n";
    const auto response = browser.send(post, "/login/devices/csv", body, "multipart/form-data; boundary=b");
    EXPECT_EQ(response.status(), 200) << response.body_text();
}

TEST_F(DevicesTest, SettingsAreCheckedAndKept) {
    const auto read = body_of(browser.get("/login/settings/json"));
    EXPECT_EQ(read.at("id").as_int64(), 1);
    const auto changed = browser.json(put, "/login/settings/json",
                                      {{"max_temperature", 27.3},
                                       {"utils_mailreceiver", "a@b.co, c@d.ef"},
                                       {"mail_sender", "s@example.com"}});
    ASSERT_EQ(changed.status(), 200) << changed.body_text();
    EXPECT_EQ(body_of(changed).at("max_temperature").as_double(), 27.3);
    EXPECT_EQ(text_of(body_of(browser.get("/login/settings/json")), "utils_mailreceiver"), "a@b.co, c@d.ef");
    const boost::json::object bad = {{"max_temperature", 0},
                                     {"max_humidity", "wet"},
                                     {"utils_min_duration", -5},
                                     {"mail_sender", "x"},
                                     {"cc_mailreceiver", "a@b.co\r\nBcc: x@y.zz"},
                                     {"temphumid_mailreceiver", "a@b.co;c@d.ef"}};
    const auto refused = browser.json(put, "/login/settings/json", bad);
    EXPECT_EQ(refused.status(), 400);
    const auto fields = body_of(refused).at("fields").as_object();
    for (const auto& [name, value] : bad)
        EXPECT_TRUE(fields.contains(name)) << name;
}

TEST_F(DevicesTest, ATestMailShowsTheServersWords) {
    EXPECT_EQ(browser.json(post, "/login/settings/test_mail", boost::json::object{}).status(), 503);
    site.portal.send_test_mail = [](const std::string& receiver, const view::Mail&) {
        return MailOutcome{true, "250 queued for " + receiver};
    };
    const auto sent = browser.json(post, "/login/settings/test_mail", boost::json::object{});
    EXPECT_EQ(text_of(body_of(sent), "answer"), "250 queued for root@example.com");
}

}  // namespace
}  // namespace silaware::portal
