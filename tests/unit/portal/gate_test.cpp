#include "portal/gate.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace silaware::portal {
namespace {

TEST(Gate, TurnsAwayWhoFindsNeitherPlaceNorBench) {
    Gate gate({.working = 1, .waiting = 0});
    auto first = gate.enter();
    EXPECT_TRUE(first);
    EXPECT_FALSE(gate.enter());
    first.reset();
    EXPECT_TRUE(gate.enter());
}

TEST(Gate, LetsInWhoWaitedForAPlace) {
    Gate gate({.working = 1, .waiting = 1});
    auto first = gate.enter();
    bool let_in = false;
    std::thread patient([&] { let_in = gate.enter().has_value(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    first.reset();
    patient.join();
    EXPECT_TRUE(let_in);
}

TEST(Gate, EndsAWaitThatTakesTooLong) {
    Gate gate({.working = 1, .waiting = 1, .patience = std::chrono::milliseconds(10)});
    const auto first = gate.enter();
    EXPECT_FALSE(gate.enter());
}

}  // namespace
}  // namespace silaware::portal
