#include "core/zone_name.hpp"

#include <gtest/gtest.h>

namespace silaware::core {
namespace {

std::string described(const char* name, Instant at) {
    return zone_description(SiteZone::find(name).value(), at);
}

TEST(ZoneName, IsHowPeopleKnowTheZone) {
    const Instant winter = from_epoch_ms(1'768'000'000'000);
    const Instant summer = winter + date::days{180};
    EXPECT_EQ(described("Asia/Jakarta", winter), "Asia/Jakarta (WIB, UTC+7)");
    EXPECT_EQ(described("Asia/Riyadh", winter), "Asia/Riyadh (UTC+3)");
    EXPECT_EQ(described("Asia/Kolkata", winter), "Asia/Kolkata (IST, UTC+5:30)");
    EXPECT_EQ(described("America/St_Johns", winter), "America/St_Johns (NST, UTC-3:30)");
    EXPECT_EQ(described("Europe/Berlin", summer), "Europe/Berlin (CEST, UTC+2)");
    EXPECT_TRUE(described("UTC", winter).ends_with(" (UTC)"));
}

}  // namespace
}  // namespace silaware::core
