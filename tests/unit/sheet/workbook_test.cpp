#include "sheet/workbook.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace silaware::sheet {
namespace {

/// What another program reads in the file: a line per row, sheets by their name.
std::string read_back(const TemporaryFile& file) {
    constexpr const char* script = R"(/usr/bin/python3 -c '
import sys, openpyxl
book = openpyxl.load_workbook(open(sys.argv[1], "rb"))
for sheet in book:
    print("#", sheet.title, sheet.freeze_panes, sheet.auto_filter.ref)
    for row in sheet.iter_rows():
        print("|".join(("f:" if c.data_type == "f" else "") + str(c.value) for c in row))
' )";
    const std::string command =
        script + ("/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(*file.descriptor())) +
        " 2>&1";
    std::FILE* pipe = popen(command.c_str(), "r");
    std::string text;
    char buffer[4096];
    while (const auto count = std::fread(buffer, 1, sizeof buffer, pipe))
        text.append(buffer, count);
    pclose(pipe);
    return text;
}

std::ptrdiff_t open_files() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

const Table runs{"Runs", {{"id", 8}, {"device", 20}, {"start", 20}, {"day", 12}, {"hours", 10}}};

std::vector<Cell> row(std::int64_t id, std::string_view device) {
    return {id, device, WallClock{1'800'000'000}, Day{20'000}, 0.25};
}

TEST(Workbook, HoldsRealDatesAndNumbersAndNoFormulas) {
    Workbook workbook(runs);
    workbook.add(row(1, "=1+1"));
    workbook.add(std::vector<Cell>{std::int64_t{2}, std::string_view("naïve <&> 電"), std::monostate{}});
    workbook.add_totals(std::vector<Cell>{std::string_view("Total"), std::monostate{}, std::monostate{},
                                          std::monostate{}, 0.5});
    workbook.add_facts("About", {{"Filter", "=all"}, {"By", "admin"}});
    EXPECT_EQ(read_back(workbook.finish()),
              "# Runs A2 A1:E3\n"
              "id|device|start|day|hours\n"
              "1|=1+1|2027-01-15 08:00:00|2024-10-04 00:00:00|0.25\n"
              "2|naïve <&> 電|None|None|None\n"
              "Total|None|None|None|0.5\n"
              "# About None None\n"
              "Filter|=all\n"
              "By|admin\n");
}

TEST(Workbook, WhatXmlDoesNotKnowAndWhatLooksLikeAnEscapeStayText) {
    Workbook workbook(runs);
    workbook.add(row(1, "a\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBC\x9D\x01z"));
    workbook.add(row(2, "a_x000A_b_x00_"));
    const std::string text = read_back(workbook.finish());
    EXPECT_NE(text.find("1|a_xFFFE__xFFFF_\xEF\xBC\x9D_x0001_z|"), std::string::npos) << text;
    EXPECT_NE(text.find("2|a_x005F_x000A_b_x00_|"), std::string::npos) << text;
}

TEST(Workbook, ContinuesOnFurtherSheets) {
    Workbook workbook(runs, 2);
    for (int i = 1; i <= 5; ++i)
        workbook.add(row(i, "x"));
    workbook.add(row(6, "x"));
    workbook.add_totals(std::vector<Cell>{std::int64_t{6}});
    const std::string text = read_back(workbook.finish());
    EXPECT_NE(text.find("# Runs A2 A1:E3"), std::string::npos);
    EXPECT_NE(text.find("# Runs 2 A2 A1:E3"), std::string::npos);
    EXPECT_NE(text.find("# Runs 3 A2 A1:E3"), std::string::npos);
    EXPECT_NE(text.find("# Runs 4 A2 A1:E1\nid|device|start|day|hours\n6|"), std::string::npos) << text;
}

TEST(Workbook, DroppedHalfWayLeavesNothingBehind) {
    const auto before = open_files();
    {
        Workbook workbook(runs, 2);
        for (int i = 0; i < 5; ++i)
            workbook.add(row(i, "x"));
    }
    EXPECT_EQ(open_files(), before);
    {
        Workbook(runs).finish();
    }
    EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace silaware::sheet
