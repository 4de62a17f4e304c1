#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/spool.hpp"
#include "support/temp_folder.hpp"

namespace silaware::spool {
namespace {

using core::ErrorCode;

Arrival arrival(std::string_view payload, std::uint16_t packet_id = 0) {
    return {.topic = "silaware/power", .payload = payload, .received_at = {}, .packet_id = packet_id};
}

/// Runs `work` in a process of its own; its result is the exit code.
template <typename Work>
pid_t in_child(Work work) {
    const pid_t pid = fork();
    if (pid == 0) _exit(work());
    return pid;
}

int exit_code(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Appends numbered batches for ever, and tells through the pipe the last number of each once append()
/// returned.
int append_for_ever(const std::filesystem::path& folder, int pipe) {
    auto spool = Spool::open(folder);
    if (!spool) return 1;
    for (std::int64_t number = spool->status().last_seq;;) {
        std::vector<std::string> texts;
        for (int i = 0; i < 37; ++i)
            texts.push_back(std::to_string(++number) + std::string(700, '.'));
        std::vector<Arrival> batch;
        for (const std::string& text : texts)
            batch.push_back(arrival(text));
        const auto appended = spool->append(batch);
        if (!appended || appended->last_seq != number) return 2;
        if (write(pipe, &number, sizeof number) != sizeof number) return 3;
        if (number % 5 == 0 && !spool->remove_through(number - 2000)) return 4;
    }
}

TEST(SpoolCrash, EveryAppendThatReturnedIsThereAfterAKill) {
    const TempFolder folder;
    for (int round = 0; round < 6; ++round) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const pid_t child = in_child([&] { return append_for_ever(folder.path(), ends[1]); });
        close(ends[1]);
        std::this_thread::sleep_for(std::chrono::milliseconds(120 + 90 * round));
        kill(child, SIGKILL);
        EXPECT_EQ(exit_code(child), -1);
        std::int64_t told = 0;
        for (std::int64_t number = 0; read(ends[0], &number, sizeof number) == sizeof number;)
            told = number;
        close(ends[0]);

        auto spool = Spool::open(folder.path());
        ASSERT_TRUE(spool) << spool.error().message;
        EXPECT_GE(spool->status().last_seq, told);
        EXPECT_LE(spool->status().last_seq, told + 37);
        std::int64_t expected = spool->status().last_seq - spool->status().messages;
        const auto messages = spool->read(0, 1'000'000, 1 << 30);
        ASSERT_TRUE(messages);
        for (const Message& message : *messages) {
            ASSERT_EQ(message.seq, ++expected);
            ASSERT_EQ(std::stoll(message.payload), expected);
        }
        EXPECT_EQ(expected, spool->status().last_seq);
    }
}

TEST(SpoolCrash, RecognisesARedeliveryAfterAKill) {
    const TempFolder folder;
    const pid_t child = in_child([&] {
        auto spool = Spool::open(folder.path());
        if (!spool || !spool->begin_connection("broker", false)) return 1;
        if (!spool->append(std::vector{arrival("one", 1), arrival("two", 2)})) return 1;
        raise(SIGKILL);
        return 0;
    });
    EXPECT_EQ(exit_code(child), -1);
    auto spool = Spool::open(folder.path());
    ASSERT_TRUE(spool);
    ASSERT_TRUE(spool->begin_connection("broker", true));
    Arrival again = arrival("two", 2);
    again.redelivered = true;
    const auto appended = spool->append(std::vector{again, arrival("three", 3)});
    ASSERT_TRUE(appended);
    EXPECT_EQ(appended->duplicates, 1);
    EXPECT_EQ(appended->last_seq, 3);
}

TEST(SpoolLock, RefusesASecondProcessAndNamesTheFirst) {
    const TempFolder folder;
    const auto spool = Spool::open(folder.path());
    ASSERT_TRUE(spool);
    const std::string holder = "process " + std::to_string(getpid()) + " ";
    const int code = exit_code(in_child([&] {
        const auto second = Spool::open(folder.path());
        if (second) return 1;
        if (second.error().code != ErrorCode::conflict) return 2;
        return second.error().message.starts_with(holder) ? 0 : 3;
    }));
    EXPECT_EQ(code, 0);
}

TEST(SpoolLock, IsFreeAfterTheHolderWasKilled) {
    const TempFolder folder;
    EXPECT_EQ(exit_code(in_child([&] {
                  const auto spool = Spool::open(folder.path());
                  raise(SIGKILL);
                  return spool ? 0 : 1;
              })),
              -1);
    EXPECT_TRUE(Spool::open(folder.path()));
}

TEST(SpoolFile, RefusesAFileThatIsNoSpool) {
    const TempFolder folder;
    std::ofstream(folder.path() / "spool.db")
        << "something else, and long enough to be looked at as a header";
    const auto spool = Spool::open(folder.path());
    ASSERT_FALSE(spool);
    EXPECT_EQ(spool.error().code, ErrorCode::internal);
}

TEST(SpoolFile, RefusesAFolderThatCannotBe) {
    const auto spool = Spool::open("/proc/no/such/place");
    ASSERT_FALSE(spool);
    EXPECT_EQ(spool.error().code, ErrorCode::unavailable);
}

/// Fills the spool until the disk refuses, then drains it; the disk's end is a limit on the size of files.
int live_through_a_full_disk(const std::filesystem::path& folder) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto spool = Spool::open(folder);
    if (!spool) return 1;
    const rlimit end{24 << 20, 24 << 20};
    setrlimit(RLIMIT_FSIZE, &end);
    const std::string payload(4000, 'x');
    const std::vector<Arrival> batch(200, arrival(payload));
    std::int64_t kept = 0;
    for (;;) {
        const auto appended = spool->append(batch);
        if (!appended) {
            if (appended.error().code != ErrorCode::unavailable) return 2;
            break;
        }
        kept = appended->last_seq;
    }
    if (kept == 0 || spool->status().last_seq != kept) return 3;
    if (spool->append(batch)) return 4;  // still full, still in one piece
    const auto messages = spool->read(0, 1'000'000, 1 << 30);
    if (!messages || static_cast<std::int64_t>(messages->size()) != kept) return 5;
    return 0;
}

TEST(SpoolFile, StaysIntactWhenTheDiskIsFull) {
    const TempFolder folder;
    ASSERT_EQ(exit_code(in_child([&] { return live_through_a_full_disk(folder.path()); })), 0);
    auto spool = Spool::open(folder.path());
    ASSERT_TRUE(spool);
    const std::int64_t kept = spool->status().messages;
    EXPECT_EQ(static_cast<std::int64_t>(spool->read(0, 1'000'000, 1 << 30).value().size()), kept);
    const auto appended = spool->append(std::vector{arrival("there is room again")});
    ASSERT_TRUE(appended);
    EXPECT_EQ(appended->first_seq, kept + 1);
    EXPECT_TRUE(spool->remove_through(kept + 1));
}

}  // namespace
}  // namespace silaware::spool
