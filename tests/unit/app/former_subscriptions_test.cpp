#include "app/former_subscriptions.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.hpp"

namespace silaware::app {
namespace {

using ingest::Telemetry;

std::vector<std::pair<std::string, std::optional<Telemetry>>> former(
    const std::filesystem::path& folder, const std::vector<Subscription>& current) {
    std::vector<std::pair<std::string, std::optional<Telemetry>>> found;
    const auto remembered = former_subscriptions(folder, current);
    for (const Subscription& subscription : remembered.value())
        found.emplace_back(subscription.filter, subscription.telemetry);
    return found;
}

TEST(FormerSubscriptions, AreRememberedWithWhatTheyCarried) {
    const TempFolder folder;
    EXPECT_TRUE(former(folder.path(), {{"a b", Telemetry::power}, {"u", Telemetry::utils}}).empty());
    EXPECT_TRUE(former(folder.path(), {{"a b", Telemetry::power}, {"u", Telemetry::utils}}).empty());
    for (int run = 0; run < 2; ++run) {
        EXPECT_EQ(former(folder.path(), {{"$share/g/a b", Telemetry::power}, {"u", Telemetry::utils}}),
                  (std::vector<std::pair<std::string, std::optional<Telemetry>>>{{"a b", Telemetry::power}}));
    }
    EXPECT_EQ(former(folder.path(), {{"a b", Telemetry::climate}}).size(), 2u);
    EXPECT_EQ(former(folder.path(), {{"u", Telemetry::utils}}),
              (std::vector<std::pair<std::string, std::optional<Telemetry>>>{
                  {"a b", Telemetry::climate}, {"$share/g/a b", Telemetry::power}}));
}

TEST(FormerSubscriptions, OfTheFirstVersionsAreOnlyNames) {
    const TempFolder folder;
    std::ofstream(folder.path() / "subscriptions") << "old/power\nold/utils\tnonsense\n\n";
    EXPECT_EQ(former(folder.path(), {{"u", Telemetry::utils}}),
              (std::vector<std::pair<std::string, std::optional<Telemetry>>>{{"old/power", std::nullopt},
                                                                             {"old/utils", std::nullopt}}));
}

TEST(FormerSubscriptions, AreNotSilentlyForgotten) {
    EXPECT_FALSE(former_subscriptions("/proc/no-folder", {{"u", Telemetry::utils}}));
}

}  // namespace
}  // namespace silaware::app
