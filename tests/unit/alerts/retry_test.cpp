#include "alerts/retry.hpp"

#include <gtest/gtest.h>

namespace silaware::alerts {
namespace {

using mail::Delivery;
using mail::DeliveryState;
using std::chrono::hours;
using std::chrono::minutes;

TEST(RetryDelay, GrowsToHalfAMinute) {
    std::vector<long> seconds;
    for (int tries = 1; tries <= 6; ++tries)
        seconds.push_back(retry_delay(tries).count());
    EXPECT_EQ(seconds, (std::vector<long>{5, 10, 20, 30, 30, 30}));
    EXPECT_EQ(retry_delay(1'000'000).count(), 30);
}

TEST(Settle, AServerThatIsAwayIsWaitedForForever) {
    const Settlement settlement = settle({DeliveryState::down, "refused", {}}, 100'000, hours(10'000), "");
    EXPECT_EQ(settlement.step, NextStep::try_again);
}

TEST(Settle, ARefusalIsBelievedAtTheThirdTry) {
    const Delivery refused{DeliveryState::permanent, "550 no", {}};
    EXPECT_EQ(settle(refused, 2, minutes(1), "").step, NextStep::try_again);
    EXPECT_EQ(settle(refused, 3, minutes(1), "").step, NextStep::give_up);
}

TEST(Settle, FailuresForNowEndAfterThreeDays) {
    const Delivery busy{DeliveryState::temporary, "451 busy", {}};
    EXPECT_EQ(settle(busy, 500, hours(72), "").step, NextStep::try_again);
    EXPECT_EQ(settle(busy, 500, hours(73), "").step, NextStep::give_up);
}

TEST(Settle, OnlyReceiversRefusedForNowAreTriedAgain) {
    const Delivery partly{
        DeliveryState::sent, "250 ok", {{"a@x", 550, "550 nobody"}, {"b@x", 450, "450 busy"}}};
    const Settlement first = settle(partly, 1, minutes(0), "");
    EXPECT_EQ(first.step, NextStep::try_again);
    EXPECT_EQ(first.pending, std::vector<std::string>{"b@x"});
    const Settlement second = settle({DeliveryState::sent, "250 fine", {}}, 2, minutes(0), first.answer);
    EXPECT_EQ(second.step, NextStep::done);
    EXPECT_EQ(second.answer, "250 fine; not delivered to a@x (550 nobody)");
}

}  // namespace
}  // namespace silaware::alerts
