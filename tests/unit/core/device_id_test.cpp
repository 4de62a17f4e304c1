#include "core/device_id.hpp"

#include <gtest/gtest.h>

using silaware::core::DeviceId;

namespace {

std::string text(std::string_view id) {
    return DeviceId::parse(id).value().text();
}

}  // namespace

TEST(DeviceId, AMacInAnyCommonFormIsTheSameDevice) {
    for (const char* form : {"AA:BB:CC:DD:EE:FF", "aa:bb:cc:dd:ee:ff", "aa-bb-cc-dd-ee-ff", "AABBCCDDEEFF",
                             "aabbccddeeff", "aabb.ccdd.eeff", " AA:bb:CC:dd:EE:ff\r\n"}) {
        const DeviceId id = DeviceId::parse(form).value();
        EXPECT_EQ(id.text(), "AA:BB:CC:DD:EE:FF") << form;
        EXPECT_TRUE(id.is_mac());
        EXPECT_EQ(id, DeviceId::parse("aabbccddeeff").value());
    }
}

TEST(DeviceId, WhatIsNoMacIsKeptAsItIs) {
    for (const char* other :
         {"AA:BB:CC:DD:EE", "AA:BB:CC:DD:EE:FG", "AA:BB-CC:DD-EE:FF", "AABB:CCDD:EEFF", "aabb.ccdd.eef",
          "AABBCCDDEEF", "AABBCCDDEEFFA", "aa:bb:cc:dd:ee:ff:", "A:ABB:CC:DD:EE:FF", "aa.bb.cc.dd.ee.ff",
          "Panel 3", "\xC3\xBC-meter", "-", "............"}) {
        const DeviceId id = DeviceId::parse(other).value();
        EXPECT_EQ(id.text(), other);
        EXPECT_FALSE(id.is_mac());
    }
}

TEST(DeviceId, BlanksAroundItAreTrimmed) {
    EXPECT_EQ(text("\t Panel 3 \n"), "Panel 3");
}

TEST(DeviceId, IdsCompareWithoutCase) {
    EXPECT_EQ(DeviceId::parse("Panel A").value(), DeviceId::parse("PANEL a").value());
    EXPECT_NE(DeviceId::parse("Panel A").value(), DeviceId::parse("Panel B").value());
    EXPECT_EQ(text("Panel A"), "Panel A");
    EXPECT_EQ(DeviceId::parse("P\u00C9-\u0416").value(), DeviceId::parse("p\u00E9-\u0436").value());
    EXPECT_NE(DeviceId::parse("P\u00C9").value(), DeviceId::parse("PE").value());
    EXPECT_EQ(text("P\u00C9"), "P\u00C9");
}

TEST(DeviceId, TheTurkishDottedCapitalIsNoI) {
    EXPECT_NE(DeviceId::parse("KİLN").value(), DeviceId::parse("kiln").value());
    EXPECT_EQ(DeviceId::parse("KİLN").value(), DeviceId::parse("kİln").value());
}

TEST(DeviceId, EmptyUnprintableAndLongIdsAreRefused) {
    using namespace std::string_literals;
    EXPECT_FALSE(DeviceId::parse(""));
    EXPECT_FALSE(DeviceId::parse(" \t\r\n"));
    EXPECT_FALSE(DeviceId::parse("a\nb"));
    EXPECT_FALSE(DeviceId::parse("a\0b"s));
    EXPECT_FALSE(DeviceId::parse("a\x7F"));
    EXPECT_FALSE(DeviceId::parse("a\xC2\x85"));
    EXPECT_FALSE(DeviceId::parse("a\xFF"));
    for (const char* unseen :
         {"\u00A0", "\u00AD", "\u200B", "\u2028", "\u3000", "\uE000", "\uFEFF", "\uFFFF"}) {
        EXPECT_FALSE(DeviceId::parse(std::string("a") + unseen + "b")) << unseen;
    }
    EXPECT_FALSE(DeviceId::parse(std::string(65, 'x')));
    EXPECT_TRUE(DeviceId::parse(std::string(64, 'x')));
}

TEST(DeviceId, SixtyFourCharactersMayBeMoreBytes) {
    std::string wide;
    for (int i = 0; i < 64; ++i)
        wide += "\xC3\xBC";
    EXPECT_TRUE(DeviceId::parse(wide));
    EXPECT_FALSE(DeviceId::parse(wide + "x"));
}
