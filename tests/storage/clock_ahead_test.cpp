// A machine whose clock was ahead for a while: what came then has times to come.
#include "core/clock.hpp"
#include "storage/ingest_fixture.hpp"
#include "storage/reading_queries.hpp"

namespace silaware::ingest {
namespace {

using namespace std::chrono_literals;

const std::string meter = "AA:BB:CC:DD:EE:01";
constexpr auto ahead = std::chrono::hours{30 * 24};

class ClockAheadTest : public IngestFixture {
  protected:
    /// Readings a minute apart, the meter's clock right; `shift` is how far that of ingest is ahead.
    std::vector<spool::Message> readings(core::Instant from, int count, core::Milliseconds shift = {}) {
        std::vector<spool::Message> messages;
        for (int i = 0; i < count; ++i) {
            const core::Instant at = from + std::chrono::minutes(i);
            messages.push_back(
                power(meter, {at, fmt::format("{}", energy_), fmt::format("{}", energy_)}, at + shift));
            energy_ += 1;
        }
        return messages;
    }
    std::string device(const std::string& column) {
        return database->select_one<std::string>("SELECT CAST(" + column + " AS CHAR) FROM known_devices")
            .value();
    }
    static std::string text(core::Instant at) { return std::to_string(core::epoch_ms(at)); }

    int energy_ = 100;
    core::Instant start_ = std::chrono::floor<std::chrono::minutes>(now()) - 3h;
};

TEST_F(ClockAheadTest, TheLatestReadingFollowsAgain) {
    feed(readings(start_, 10));
    feed(readings(start_ + 10min, 3, ahead));
    feed(readings(start_ + 13min, 2));
    const core::Instant last = start_ + 14min;
    EXPECT_EQ(lines("observed_ms, received_ms, power, history_observed_ms", "latest_readings"),
              std::vector<std::string>{fmt::format("{0} {0} 114 {0}", core::epoch_ms(last))});
    EXPECT_EQ(device("last_seen_ms"), text(last));
    EXPECT_EQ(device("last_power_ms"), text(last));
    // A late one does not count as newer.
    feed(readings(start_ - 1min, 1));
    EXPECT_EQ(lines("power", "latest_readings"), std::vector<std::string>{"114"});
}

TEST_F(ClockAheadTest, AMeterWhoseClockIsRightKeepsItsPlace) {
    feed(readings(start_, 10, 7h));
    EXPECT_EQ(lines("observed_ms", "latest_readings"), std::vector<std::string>{text(start_ + 9min)});
    feed(readings(start_ - 5min, 1));
    EXPECT_EQ(lines("observed_ms", "latest_readings"), std::vector<std::string>{text(start_ + 9min)});
}

TEST_F(ClockAheadTest, TheReadingsShownAreTheLastOfUntilNow) {
    feed(readings(start_, 10));
    feed(readings(start_ + 10min, 3, ahead));
    const auto shown = storage::last_readings(*database->acquire(), meter, 5, core::clock_now());
    ASSERT_EQ(shown.size(), 5u);
    EXPECT_EQ(shown.back().observed_ms, core::epoch_ms(start_ + 9min));
}

TEST_F(ClockAheadTest, ASensorFollowsAgain) {
    feed({climate("room", "20", "40", start_)});
    feed({climate("room", "21", "41", start_ + ahead)});
    feed({climate("room", "22", "null", start_ + 2min)});
    EXPECT_EQ(lines("observed_ms, temperature, humidity", "latest_climate"),
              std::vector<std::string>{text(start_ + 2min) + " 22 41"});
    EXPECT_EQ(device("last_climate_ms"), text(start_ + 2min));
    EXPECT_EQ(device("last_seen_ms"), text(start_ + 2min));
}

TEST_F(ClockAheadTest, TheRegisterKeepsItsCheckpointsOfToday) {
    start_ -= 5h;
    feed(readings(start_, 300));
    feed(readings(start_ + 300min, 3, ahead));
    feed(readings(start_ + 303min, 1));
    // Without one, each reading until then would fold the meter's whole history again.
    const auto hour = core::epoch_ms(start_ + 303min) / 3'600'000;
    EXPECT_GT(count(fmt::format("register_checkpoints WHERE register_name = 'energy' AND hour <= {}", hour)),
              0)
        << hour;
    EXPECT_EQ(count(fmt::format("register_checkpoints WHERE hour > {}", hour + 30)), 0)
        << "and each would write those anew";
    feed(readings(start_ + 304min, 100));
    EXPECT_EQ(lines("ROUND(SUM(energy_kwh), 3)",
                    fmt::format("quarter_hours WHERE bucket <= {}", core::epoch_ms(now()) / 900'000)),
              std::vector<std::string>{"403.000"});
}

TEST_F(ClockAheadTest, RecomputeFindsTheSame) {
    feed(readings(start_, 10));
    feed({climate("room", "20", "40", start_)});
    feed(readings(start_ + 10min, 3, ahead));
    feed({climate("room", "21", "41", start_ + ahead)});
    feed(readings(start_ + 13min, 2));
    feed({climate("room", "22", "42", start_ + 2min)});
    const auto before = derived(*database);
    const auto latest_climate = lines("observed_ms, temperature, humidity", "latest_climate");
    const auto seen = lines("uid, last_seen_ms", "known_devices");
    database->execute(
        "UPDATE latest_readings SET observed_ms = observed_ms + 1e9, received_ms = received_ms + 1e9");
    database->execute("UPDATE latest_climate SET observed_ms = observed_ms + 1e9");
    database->execute("UPDATE known_devices SET last_seen_ms = last_seen_ms + 1e9");
    recompute();
    EXPECT_EQ(derived(*database), before);
    EXPECT_EQ(lines("observed_ms, temperature, humidity", "latest_climate"), latest_climate);
    EXPECT_EQ(lines("uid, last_seen_ms", "known_devices"), seen);
}

}  // namespace
}  // namespace silaware::ingest
