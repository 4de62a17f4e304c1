#include "sheet/csv.hpp"

#include <gtest/gtest.h>

namespace silaware::sheet {
namespace {

std::string line(const std::vector<Cell>& cells) {
    std::string csv;
    append_csv(csv, cells);
    return csv;
}

TEST(Csv, WritesEveryKindOfCell) {
    EXPECT_EQ(line({std::int64_t{-5}, 0.1, std::string_view("Ward 1"), std::monostate{},
                    WallClock{1'800'000'000}, Day{20'000}}),
              "-5,0.1,Ward 1,,2027-01-15 08:00:00,2024-10-04\r\n");
}

TEST(Csv, QuotesWhatWouldBreakTheLine) {
    EXPECT_EQ(line({std::string_view("a,b"), std::string_view("say \"hi\""), std::string_view("two\nlines")}),
              "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n");
}

TEST(Csv, PutsAnApostropheBeforeWhatLooksLikeAFormula) {
    for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"})
        EXPECT_EQ(line({std::string_view(text)}), "'" + std::string(text) + "\r\n") << text;
    EXPECT_EQ(line({std::string_view("=\"a\",b")}), "\"'=\"\"a\"\",b\"\r\n");
    EXPECT_EQ(line({std::string_view("a=b"), std::string_view("")}), "a=b,\r\n");
}

}  // namespace
}  // namespace silaware::sheet
