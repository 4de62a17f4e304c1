#include "portal/download.hpp"

#include <gtest/gtest.h>

#include "portal/report_request.hpp"

namespace silaware::portal {
namespace {

using sheet::Cell;

/// Everything a source gives, as a client that reads to the end gets it.
std::string drain(const http::ChunkSource& next) {
    std::string whole;
    while (const auto piece = next())
        whole += *piece;
    return whole;
}

std::string body_of(http::Response& response) {
    return drain(std::get<http::StreamBody>(response.body()).next);
}

Download numbers(int count) {
    Download download;
    download.file_name = "numbers";
    download.table = {"Numbers", {{"n"}, {"text"}}};
    download.rows = [count](const RowSink& sink) {
        for (std::int64_t i = 0; i < count; ++i) {
            const std::array<Cell, 2> row{i, std::string_view("=x")};
            if (!sink(row)) return;
        }
    };
    download.totals = [] { return std::vector<Cell>{std::string_view("Total")}; };
    download.facts = [] { return std::vector<std::pair<std::string, std::string>>{{"Made by", "admin"}}; };
    return download;
}

TEST(Download, CsvHasAHeaderAndEveryRow) {
    ExportDesk desk(1);
    auto response = send(desk, numbers(3), FileKind::csv);
    ASSERT_TRUE(response);
    EXPECT_EQ(body_of(*response), "n,text\r\n0,'=x\r\n1,'=x\r\n2,'=x\r\n");
    EXPECT_NE(response->header("Content-Disposition")->find("numbers.csv"), std::string::npos);
}

TEST(Download, CsvMayBeginWithTheMarkOfUtf8) {
    ExportDesk desk(1);
    auto response = send(desk, numbers(0), FileKind::csv_with_mark);
    EXPECT_EQ(body_of(*response), "\xEF\xBB\xBFn,text\r\n");
}

TEST(Download, ExcelIsAWholeFile) {
    ExportDesk desk(1);
    auto response = send(desk, numbers(5000), FileKind::excel);
    const std::string body = body_of(*response);
    EXPECT_TRUE(body.starts_with("PK"));
    EXPECT_NE(body.find("xl/workbook.xml"), std::string::npos);
    EXPECT_NE(response->header("Content-Disposition")->find("numbers.xlsx"), std::string::npos);
}

TEST(Download, LongOnesArriveWholeInOrder) {
    ExportDesk desk(1);
    auto response = send(desk, numbers(300'000), FileKind::csv);
    const std::string body = body_of(*response);
    EXPECT_EQ(std::count(body.begin(), body.end(), '\n'), 300'001);
    EXPECT_TRUE(body.ends_with("299999,'=x\r\n"));
}

TEST(Download, IsRefusedWhenAllPlacesAreTakenAndOneIsFreeAgainWhenAClientLeaves) {
    ExportDesk desk(1);
    auto endless = numbers(0);
    std::atomic<bool> ended = false;
    endless.rows = [&ended](const RowSink& sink) {
        const std::array<Cell, 1> row{std::string_view("endless")};
        while (sink(row)) {
        }
        ended = true;
    };
    auto first = send(desk, endless, FileKind::csv);
    ASSERT_TRUE(first);
    const auto second = send(desk, numbers(1), FileKind::csv);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, core::ErrorCode::unavailable);
    first = http::Response();
    for (int i = 0; i < 500 && !ended; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(ended);
    auto third = send(desk, numbers(1), FileKind::csv);
    for (int i = 0; i < 500 && !third; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        third = send(desk, numbers(1), FileKind::csv);
    }
    ASSERT_TRUE(third);
    EXPECT_EQ(body_of(*third), "n,text\r\n0,'=x\r\n");
}

TEST(Download, ThatFailsHalfWayIsNotTakenForWhole) {
    ExportDesk desk(1);
    auto broken = numbers(0);
    broken.rows = [](const RowSink&) { throw std::runtime_error("the database went away"); };
    auto response = send(desk, broken, FileKind::csv);
    EXPECT_THROW(body_of(*response), std::runtime_error);
}

TEST(Download, IsEndedWithTheDesk) {
    std::optional<http::Response> left;
    ExportDesk desk(2);
    auto endless = numbers(0);
    endless.rows = [](const RowSink& sink) {
        const std::array<Cell, 1> row{std::string_view("endless")};
        while (sink(row)) {
        }
    };
    left = *send(desk, endless, FileKind::excel);
    left = *send(desk, endless, FileKind::csv);
}

http::RequestHead asking(std::vector<std::pair<std::string, std::string>> query) {
    http::RequestHead request;
    request.query_params = http::Params(std::move(query));
    return request;
}

TEST(ReportRequest, DevicesComeAsAListInAnySpelling) {
    const auto is_device = [](const core::DeviceId& id) { return id.text() == "pump 7, hall 2"; };
    const auto devices = [&](std::vector<std::pair<std::string, std::string>> query) {
        return requested_devices(asking(std::move(query)), "mac", is_device);
    };
    const auto several = devices({{"mac", "aabbccddee01, pump 7,,"}, {"mac", "AA-BB-CC-DD-EE-02"}});
    ASSERT_TRUE(several);
    EXPECT_EQ(*several, (std::vector<std::string>{"AA:BB:CC:DD:EE:01", "pump 7", "AA:BB:CC:DD:EE:02"}));
    EXPECT_EQ(devices({{"mac", "pump 7, hall 2"}}).value(), std::vector<std::string>{"pump 7, hall 2"});
    EXPECT_TRUE(devices({{"mac", ""}})->empty());
    EXPECT_FALSE(devices({{"mac", std::string(65, 'x')}}));
}

TEST(ReportRequest, DaysAreOfTheClockThatIsAskedFor) {
    const auto jakarta = *core::SiteZone::find("Asia/Jakarta");
    const auto utc = requested_period(asking({{"from", "2026-11-01"}, {"to", "2026-11-02"}}));
    ASSERT_TRUE(utc);
    EXPECT_EQ(utc->start_of(jakarta, *utc->first), 1793491200);
    EXPECT_EQ(utc->wall_clock(jakarta, 1000), 1000);
    const auto site = requested_period(asking({{"from", "2026-11-01"}, {"tz", "site"}}));
    ASSERT_TRUE(site);
    EXPECT_EQ(site->start_of(jakarta, *site->first), 1793491200 - 7 * 3600);
    EXPECT_EQ(site->wall_clock(jakarta, 1000), 1000 + 7 * 3600);
    for (const char* bad : {"2026-02-30", "01/11/2026", "2026-1-1", "today"})
        EXPECT_TRUE(requested_period(asking({{"from", bad}})).error().fields.contains("from")) << bad;
    EXPECT_FALSE(requested_period(asking({{"from", "2026-11-02"}, {"to", "2026-11-01"}})));
    EXPECT_FALSE(requested_period(asking({{"tz", "mars"}})));
}

TEST(ReportRequest, AFileSaysWhatItIs) {
    const auto period = *requested_period(asking({{"from", "2026-11-01"}, {"to", "2026-11-23"}}));
    EXPECT_EQ(report_file_name("runs", {"AA:BB:CC:DD:EE:01"}, period),
              "silaware-runs-AABBCCDDEE01-from-2026-11-01-to-2026-11-23");
    EXPECT_EQ(report_file_name("runs", {"a", "b"}, {}), "silaware-runs-2-devices");
}

}  // namespace
}  // namespace silaware::portal
