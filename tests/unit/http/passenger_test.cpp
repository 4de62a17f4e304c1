#include "http/passenger.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

#include "http/json.hpp"

namespace silaware::http {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Passenger : public testing::Test {
  protected:
    void SetUp() override {
        auto name = (std::filesystem::temp_directory_path() / "silaware-passenger-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        std::filesystem::create_directories(folder_ / "response" / "error");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    void write_args(std::string_view text) const { std::ofstream(folder_ / "args.json") << text; }
    std::filesystem::path folder_;
};

TEST_F(Passenger, LearnsTheSocketFolderAndReportsReady) {
    write_args(R"({"app_root":"/srv/app","socket_dir":"/run/passenger"})");
    const auto spawn = PassengerSpawn::read(folder_);
    ASSERT_TRUE(spawn) << spawn.error().message;
    EXPECT_EQ(spawn->socket().parent_path(), "/run/passenger");
    ASSERT_TRUE(spawn->report_ready());
    const auto properties = parse_json(text_of(folder_ / "response" / "properties.json"));
    ASSERT_TRUE(properties);
    const auto& socket = properties->at("sockets").at(0);
    EXPECT_EQ(std::string(socket.at("address").as_string()), "unix:" + spawn->socket().string());
    EXPECT_EQ(socket.at("protocol").as_string(), "http");
    EXPECT_EQ(socket.at("concurrency").as_int64(), 0);
    EXPECT_TRUE(socket.at("accept_http_requests").as_bool());
    EXPECT_EQ(text_of(folder_ / "response" / "finish"), "1");
}

TEST_F(Passenger, ReportsAFailureForTheErrorPage) {
    write_args(R"({"socket_dir":"/run/passenger"})");
    PassengerSpawn::read(folder_)->report_failure("The database can't be reached.");
    EXPECT_EQ(text_of(folder_ / "response" / "error" / "summary"), "The database can't be reached.");
    EXPECT_EQ(text_of(folder_ / "response" / "finish"), "0");
}

TEST_F(Passenger, SaysWhatIsWrongWithItsArguments) {
    EXPECT_FALSE(PassengerSpawn::read(folder_));
    write_args("[]");
    EXPECT_FALSE(PassengerSpawn::read(folder_));
    write_args("{}");
    EXPECT_NE(PassengerSpawn::read(folder_).error().message.find("socket_dir"), std::string::npos);
}

TEST(PassengerEnd, ComesByTheStopDescriptor) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], "x", 1), 1);
    int input[2];
    ASSERT_EQ(::pipe(input), 0);
    const int saved = ::dup(STDIN_FILENO);
    ::dup2(input[0], STDIN_FILENO);
    wait_for_passenger_end(ends[0]);
    int quiet[2];
    ASSERT_EQ(::pipe(quiet), 0);
    ::close(input[1]);
    wait_for_passenger_end(quiet[0]);
    ::dup2(saved, STDIN_FILENO);
    for (const int descriptor : {ends[0], ends[1], input[0], saved, quiet[0], quiet[1]})
        ::close(descriptor);
}

}  // namespace
}  // namespace silaware::http
