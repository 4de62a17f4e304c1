#include "mqtt/version_choice.hpp"

#include <gtest/gtest.h>

namespace silaware::mqtt {
namespace {

TEST(VersionChoice, IsMqtt5AsLongAsTheBrokerAnswers) {
    VersionChoice choice;
    for (int connection = 0; connection < 3; ++connection) {
        EXPECT_EQ(choice.current(), Version::v5);
        EXPECT_TRUE(choice.answered());
        choice.silent();
    }
}

TEST(VersionChoice, IsMqtt311WhereTheBrokerSaysSo) {
    VersionChoice choice;
    choice.refused();
    EXPECT_EQ(choice.current(), Version::v311);
    EXPECT_TRUE(choice.answered());
    EXPECT_EQ(choice.current(), Version::v311) << "also for the next connection";
}

TEST(VersionChoice, IsMqtt311WhereTheBrokerAnswersToThatAlone) {
    VersionChoice choice;
    choice.silent();
    EXPECT_EQ(choice.current(), Version::v5) << "once may be chance";
    choice.silent();
    EXPECT_EQ(choice.current(), Version::v311);
    EXPECT_FALSE(choice.answered());
    EXPECT_EQ(choice.current(), Version::v5) << "it may have been starting only";
    choice.silent();
    EXPECT_EQ(choice.current(), Version::v311);
    EXPECT_TRUE(choice.answered());
    EXPECT_EQ(choice.current(), Version::v311) << "also for the next connection";
}

TEST(VersionChoice, IsMqtt5AgainWithABrokerThatWasStarting) {
    VersionChoice choice;
    for (int away = 0; away < 6; ++away)
        choice.silent();
    EXPECT_EQ(choice.current(), Version::v311);
    EXPECT_FALSE(choice.answered());
    EXPECT_EQ(choice.current(), Version::v5);
    EXPECT_TRUE(choice.answered());
    EXPECT_EQ(choice.current(), Version::v5);
}

TEST(VersionChoice, IsMqtt5AgainAfterAConnectionThatLasted) {
    VersionChoice choice;
    choice.refused();
    EXPECT_TRUE(choice.answered());
    choice.parted();
    EXPECT_EQ(choice.current(), Version::v5);
    choice.refused();
    EXPECT_EQ(choice.current(), Version::v311);
    EXPECT_TRUE(choice.answered());
}

TEST(VersionChoice, ABrokerThatIsReplacedIsAskedAnew) {
    VersionChoice choice;
    choice.refused();
    EXPECT_TRUE(choice.answered());
    choice.silent();
    choice.silent();
    EXPECT_EQ(choice.current(), Version::v5);
    EXPECT_TRUE(choice.answered());
    choice.refused();
    choice.refused();
    EXPECT_EQ(choice.current(), Version::v5);
}

}  // namespace
}  // namespace silaware::mqtt
