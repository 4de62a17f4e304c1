#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "support/source_path.hpp"
#include "view/renderer.hpp"

namespace silaware::view {
namespace {

namespace fs = std::filesystem;
const fs::path kTemplates = tests::source_path("templates");

class RendererTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = fs::temp_directory_path() / ("silaware_view_" + std::to_string(::getpid()));
        fs::create_directories(folder_ / "static");
        write_asset_lists(folder_ / "static");
        auto opened = Renderer::open(kTemplates, folder_ / "static");
        if (!opened) FAIL() << opened.error().message;
        renderer_ = std::make_unique<Renderer>(std::move(*opened));
    }
    static void TearDownTestSuite() {
        renderer_.reset();
        fs::remove_all(folder_);
    }
    /// As the build writes them, but every file keeps its name.
    static void write_asset_lists(const fs::path& folder) {
        std::ofstream manifest(folder / "manifest.json");
        manifest << "{";
        const fs::path sources = tests::source_path("static");
        for (const auto& entry : fs::recursive_directory_iterator(sources)) {
            if (!entry.is_regular_file()) continue;
            const auto name = fs::relative(entry.path(), sources).string();
            manifest << '"' << name << "\":\"" << name << "\",";
        }
        for (const std::string name : {"vendor/tailwind.js", "vendor/fontawesome/css/fontawesome.css",
                                       "vendor/fontawesome/css/solid.css", "vendor/inter/inter-latin.woff2",
                                       "vendor/fontawesome/webfonts/fa-solid-900.woff2", "i18n/en.js"}) {
            manifest << '"' << name << "\":\"" << name << "\",";
        }
        manifest << "\"i18n/id.js\":\"i18n/id.js\"}";
        std::ofstream(folder / "imports.json") << R"({"js/summary.js": ["js/dom.js", "js/request.js"]})";
    }
    static Chrome admin() {
        Chrome chrome;
        chrome.username = "admin";
        chrome.role = "admin";
        chrome.csrf_token = "t0ken";
        return chrome;
    }
    static bool holds(const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    }

    static fs::path folder_;
    static std::unique_ptr<Renderer> renderer_;
};
fs::path RendererTest::folder_;
std::unique_ptr<Renderer> RendererTest::renderer_;

TEST_F(RendererTest, PageCarriesItsChromeAndItsScripts) {
    const auto html = renderer_->render(SummaryPage{admin()});
    EXPECT_TRUE(html.starts_with("<!doctype html>"));
    EXPECT_TRUE(holds(html, R"(<meta name="csrf-token" content="t0ken">)"));
    EXPECT_TRUE(holds(html, R"(<script type="module" src="/static/js/summary.js">)"));
    EXPECT_TRUE(holds(html, R"(<link rel="modulepreload" href="/static/js/dom.js">)"));
    EXPECT_TRUE(holds(html, "Load, last 24 hours"));
    EXPECT_FALSE(holds(html, "[["));
    EXPECT_FALSE(holds(html, "{{"));
}

TEST_F(RendererTest, MenuMarksThePageAndHidesAdministrationFromViewers) {
    EXPECT_TRUE(holds(renderer_->render(DevicesPage{admin()}), R"(title="Devices" aria-current="page")"));
    EXPECT_TRUE(holds(renderer_->render(DevicesPage{admin()}), "/login/accounts"));
    auto viewer = admin();
    viewer.role = "user";
    EXPECT_FALSE(holds(renderer_->render(DevicesPage{viewer}), "/login/accounts"));
}

TEST_F(RendererTest, SpeaksTheLanguageAskedForAndEnglishOtherwise) {
    auto chrome = admin();
    chrome.language = "id";
    EXPECT_TRUE(holds(renderer_->render(SummaryPage{chrome}), "Beban 24 jam terakhir"));
    EXPECT_TRUE(holds(renderer_->render(SummaryPage{chrome}), R"(<html lang="id">)"));
    chrome.language = "tlh";
    EXPECT_TRUE(holds(renderer_->render(SummaryPage{chrome}), R"(<html lang="en">)"));
}

TEST_F(RendererTest, TheTitleOfAMetersPageNamesTheMeter) {
    MeterPage meter{admin()};
    meter.uid = "AA:BB:CC:DD:EE:01";
    meter.device_name = "Chiller <2>";
    EXPECT_TRUE(holds(renderer_->render(meter), "<title>Chiller &lt;2&gt; · Meter · silaware</title>"));
    EXPECT_TRUE(holds(renderer_->render(AlertsPage{admin()}), "<title>Alerts · silaware</title>"));
}

TEST_F(RendererTest, PagesSayWhereDevicesSendAndWhichTimeIsShown) {
    Chrome chrome = admin();
    chrome.site_time = "Asia/Jakarta (WIB, UTC+7)";
    chrome.broker.options = "-p 1884";
    chrome.broker.climate_topic = R"(site/"air")";
    const auto html = renderer_->render(ClimatePage{chrome});
    EXPECT_TRUE(holds(html, "Site time: Asia/Jakarta (WIB, UTC+7)"));
    EXPECT_TRUE(holds(html, R"(data-broker-options="-p 1884")"));
    EXPECT_TRUE(holds(html, R"(data-topic-climate="site/&quot;air&quot;")"));
}

TEST_F(RendererTest, ValuesAreEscapedWhereTheyStand) {
    MeterPage meter{admin()};
    meter.uid = R"("><script>alert(1)</script>)";
    meter.location = "<img src=x onerror=alert(1)>";
    const auto html = renderer_->render(meter);
    EXPECT_FALSE(holds(html, "<script>alert"));
    EXPECT_FALSE(holds(html, "<img src=x"));
    EXPECT_TRUE(holds(html, "&lt;img src=x onerror=alert(1)&gt;"));
}

TEST_F(RendererTest, NoPageHasInlineScriptsOrHandlers) {
    for (const auto& html :
         {renderer_->render(SummaryPage{admin()}), renderer_->render(LoginPage{}),
          renderer_->render(SettingsPage{admin()}), renderer_->render(ProfilePage{admin()})}) {
        EXPECT_FALSE(holds(html, " onclick=") || holds(html, " onload=") || holds(html, "javascript:"));
        for (auto at = html.find("<script"); at != std::string::npos; at = html.find("<script", at + 1)) {
            EXPECT_NE(html.substr(at, html.find('>', at) - at).find("src="), std::string::npos);
        }
    }
}

TEST_F(RendererTest, LoginSaysWhatWentWrong) {
    LoginPage page;
    page.entered_name = "ada";
    page.next = "/login/devices";
    EXPECT_FALSE(holds(renderer_->render(page), "is wrong"));
    page.failure = LoginFailure::wrong;
    const auto html = renderer_->render(page);
    EXPECT_TRUE(holds(html, "Username or password is wrong."));
    EXPECT_TRUE(holds(html, R"(value="ada")"));
    EXPECT_TRUE(holds(html, R"(name="next" value="/login/devices")"));
    page.failure = LoginFailure::no_cookie;
    EXPECT_TRUE(holds(renderer_->render(page), "SESSION_COOKIE_SECURE"));
}

TEST_F(RendererTest, ErrorPagesKnowTheirStatusAndAnUnknownOneIsAServerError) {
    ErrorPage page;
    page.status = 404;
    EXPECT_TRUE(holds(renderer_->render(page), "There is nothing here"));
    page.status = 418;
    page.message = "<b>short and stout</b>";
    const auto html = renderer_->render(page);
    EXPECT_TRUE(holds(html, "Something went wrong"));
    EXPECT_TRUE(holds(html, "&lt;b&gt;short and stout"));
}

TEST_F(RendererTest, MaintenanceMailHasSubjectTextAndHtml) {
    MaintenanceMail mail;
    mail.device.id = "AA:BB:CC:DD:EE:FF";
    mail.device.location = "Pump <1>";
    mail.total_hours = 1250.4;
    mail.interval_hours = 250;
    mail.passed_hours = 1250;
    mail.link = "https://portal.example/login/utilities?a=1&b=2";
    const auto out = renderer_->render(mail);
    EXPECT_EQ(out.subject, "Maintenance due: Pump <1> (AA:BB:CC:DD:EE:FF)");
    EXPECT_TRUE(holds(out.text, "1,250.4 hours"));
    EXPECT_TRUE(holds(out.text, "https://portal.example/login/utilities?a=1&b=2"));
    EXPECT_TRUE(holds(out.html, "Pump &lt;1&gt;"));
    EXPECT_TRUE(holds(out.html, "https://portal.example/login/utilities?a=1&amp;b=2"));
    EXPECT_FALSE(holds(out.text, "{{"));
}

TEST_F(RendererTest, MailsSpeakIndonesianWithItsNumbers) {
    ClimateMail mail;
    mail.language = "id";
    mail.device.location = "Server";
    mail.value = 31.25;
    mail.limit = 30;
    const auto out = renderer_->render(mail);
    EXPECT_EQ(out.subject, "Suhu terlalu tinggi: Server (31,25 °C)");
}

TEST_F(RendererTest, AMailNamesItsDeviceAsPeopleDo) {
    ClimateMail mail;
    mail.device = {"AA:BB:CC:DD:EE:FF", "Cold store <2>", "Pharmacy"};
    mail.value = 31.25;
    mail.limit = 30;
    const auto out = renderer_->render(mail);
    EXPECT_EQ(out.subject, "Temperature too high: Cold store <2>, Pharmacy (AA:BB:CC:DD:EE:FF) (31.25 °C)");
    EXPECT_TRUE(holds(out.text, "Device: Cold store <2> (AA:BB:CC:DD:EE:FF)\nLocation: Pharmacy\n"));
    EXPECT_TRUE(holds(out.html, "Cold store &lt;2&gt; (AA:BB:CC:DD:EE:FF)"));
    mail.device = {"AA:BB:CC:DD:EE:FF"};
    EXPECT_TRUE(holds(renderer_->render(mail).text, "Device: AA:BB:CC:DD:EE:FF\nValue:"));
    EXPECT_FALSE(holds(renderer_->render(mail).html, "Location"));
}

TEST_F(RendererTest, AlertsOfOneDeviceStandInTheSubject) {
    AlertMail warm;
    warm.kind = "temperature";
    warm.device = {"R1", "Archive"};
    AlertMail damp = warm;
    damp.kind = "humidity";
    DigestMail digest;
    digest.alerts = {warm, damp, warm};
    EXPECT_EQ(renderer_->render(digest).subject, "Temperature too high, Humidity too high: Archive (R1)");
    digest.language = "id";
    EXPECT_EQ(renderer_->render(digest).subject,
              "Suhu terlalu tinggi, Kelembapan terlalu tinggi: Archive (R1)");
}

TEST_F(RendererTest, ReadingsAndLimitsAreWrittenAsTheyAre) {
    ClimateMail climate;
    climate.value = 30.04;
    climate.limit = 30;
    EXPECT_TRUE(holds(renderer_->render(climate).text, "is 30.04 °C; the maximum is 30.0 °C"));
    climate.value = 33.25;
    climate.limit = 30.25;
    EXPECT_TRUE(holds(renderer_->render(climate).text, "is 33.25 °C; the maximum is 30.25 °C"));
    EXPECT_EQ(renderer_->alert_sentence("en", "temperature", 30.04, 30),
              "Temperature is 30.04 °C, above the maximum of 30.0 °C");
    MaintenanceMail maintenance;
    maintenance.total_hours = 905.0 / 3600;
    maintenance.passed_hours = maintenance.interval_hours = 0.25;
    EXPECT_TRUE(
        holds(renderer_->render(maintenance).text, "has run for 0.25 hours and so passed 0.25 hours"));
    maintenance.total_hours = 100'001.0 / 3600;
    maintenance.passed_hours = 27;
    maintenance.interval_hours = 3;
    EXPECT_TRUE(
        holds(renderer_->render(maintenance).text, "has run for 27.8 hours and so passed 27.0 hours"));
    EXPECT_TRUE(holds(renderer_->alert_sentence("en", "maintenance", 905.0 / 3600, 0.25), "0.25"));
}

TEST_F(RendererTest, LineBreaksOfADeviceNeverReachTheSubject) {
    ClimateMail mail;
    mail.device.location = "Room\r\nBcc: someone@example.com";
    const auto out = renderer_->render(mail);
    EXPECT_EQ(out.subject.find_first_of("\r\n"), std::string::npos);
    EXPECT_TRUE(holds(out.subject, "Room  Bcc"));
}

TEST_F(RendererTest, EveryMailRenders) {
    AlertMail alert;
    alert.kind = "offline";
    alert.device.id = "M1";
    alert.value = 5;
    EXPECT_EQ(renderer_->render(alert).subject, "Device offline: M1");
    DigestMail digest;
    AlertMail other = alert;
    other.device.id = "M2";
    digest.alerts = {alert, other};
    EXPECT_EQ(renderer_->render(digest).subject, "Alerts: 2");
    EXPECT_FALSE(holds(renderer_->render(digest).text, "more"));
    digest.further = 50;
    EXPECT_EQ(renderer_->render(digest).subject, "Alerts: 52");
    EXPECT_TRUE(holds(renderer_->render(digest).text, "And 50 more: the alerts page"));
    EXPECT_TRUE(holds(renderer_->render(digest).html, "And 50 more: the alerts page"));
    EXPECT_TRUE(holds(renderer_->render(digest).text, "- Device offline: M1\n  No telemetry for 5 min"));
    EXPECT_TRUE(holds(renderer_->render(TestMail{}).html, "Mail works."));
    PasswordResetMail reset;
    reset.link = "https://portal.example/login/reset?token=abc";
    EXPECT_TRUE(holds(renderer_->render(reset).text, reset.link));
    MonthlyMail monthly;
    monthly.meters.push_back({.device = {"M1", "", "Hall"}, .energy_kwh = 1234.56});
    EXPECT_TRUE(holds(renderer_->render(monthly).text, "Hall (M1): 1,234.6 kWh"));
    monthly.meters.front().in_total = false;
    EXPECT_TRUE(
        holds(renderer_->render(monthly).text, "Hall (M1) – sub-meter, not in the total: 1,234.6 kWh"));
}

TEST_F(RendererTest, ThreadsRenderAtTheSameTime) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            MeterPage page{admin()};
            for (int round = 0; round < 50; ++round) {
                page.uid = "meter-" + std::to_string(round);
                ASSERT_TRUE(holds(renderer_->render(page), page.uid));
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
}

TEST_F(RendererTest, AMissingTemplateIsAnErrorAtTheStartThatNamesIt) {
    const auto copy = folder_ / "templates";
    fs::copy(kTemplates, copy, fs::copy_options::recursive);
    fs::remove(copy / "climate.tpl");
    const auto opened = Renderer::open(copy, folder_ / "static");
    ASSERT_FALSE(opened);
    EXPECT_TRUE(holds(opened.error().message, "climate.tpl"));
}

TEST_F(RendererTest, WithoutTheBuiltStaticFilesTheErrorSaysHowToBuildThem) {
    const auto opened = Renderer::open(kTemplates, folder_ / "nowhere");
    ASSERT_FALSE(opened);
    EXPECT_TRUE(holds(opened.error().message, "static_assets"));
}

}  // namespace
}  // namespace silaware::view
