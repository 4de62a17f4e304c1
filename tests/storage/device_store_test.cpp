#include "storage/device_store.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "support/fresh_database.hpp"

namespace silaware::storage {
namespace {

using core::ErrorCode;

const core::Instant now = core::from_epoch_ms(1'800'000'000'000);
const Change by_root{"root", "192.0.2.1", now};

DeviceRow row(const std::string& address, const std::string& location = "Plant room") {
    DeviceRow device{core::DeviceId::parse(address).value(), {}};
    device.details.mcu_type = "ESP32";
    device.details.location = location;
    return device;
}

class DeviceStoreTest : public testing::Test {
  protected:
    DeviceStoreTest() : devices(*database) {}
    void report(const std::string& uid, std::int64_t last_seen_ms) {
        database->execute(
            "INSERT INTO known_devices (uid, first_seen_ms, last_seen_ms, usual_interval_ms) VALUES (?, 1, "
            "?, 5000)",
            uid, last_seen_ms);
    }
    tests::FreshDatabase database;
    DeviceStore devices;
};

TEST_F(DeviceStoreTest, ADeviceComesBackAsItWasRegistered) {
    auto device = row("aa-bb-cc-dd-ee-01", "Boiler \"2\" 50% naïve");
    device.details.rated_power_w = 7500;
    device.details.group_name = "HVAC";
    device.details.is_submeter = true;
    const auto id = devices.create(device, by_root);
    ASSERT_TRUE(id);
    report("AA:BB:CC:DD:EE:01", 42);
    const auto found = devices.find(*id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->mac_address, "AA:BB:CC:DD:EE:01");
    EXPECT_EQ(found->location, "Boiler \"2\" 50% naïve");
    EXPECT_EQ(found->rated_power_w, 7500);
    EXPECT_EQ(found->group_name, "HVAC");
    EXPECT_TRUE(found->is_submeter);
    EXPECT_FALSE(found->name);
    EXPECT_EQ(found->last_seen_ms, 42);
    EXPECT_EQ(found->usual_interval_ms, 5000);
}

TEST_F(DeviceStoreTest, AnAddressIsRegisteredOnceInWhateverSpelling) {
    ASSERT_TRUE(devices.create(row("AA:BB:CC:DD:EE:01"), by_root));
    for (const auto* spelling : {"aabb.ccdd.ee01", "AABBCCDDEE01", "aa-bb-cc-dd-ee-01"}) {
        const auto again = devices.create(row(spelling), by_root);
        ASSERT_FALSE(again) << spelling;
        EXPECT_EQ(again.error().code, ErrorCode::conflict);
        EXPECT_TRUE(again.error().fields.contains("mac_address"));
    }
    const auto other = devices.create(row("pump-7"), by_root);
    EXPECT_EQ(devices.update(*other, row("aabbccddee01"), by_root).error().code, ErrorCode::conflict);
    EXPECT_EQ(devices.create(row("PUMP-7"), by_root).error().code, ErrorCode::conflict);
}

TEST_F(DeviceStoreTest, ARowThatAnotherProgramPutInCountsToo) {
    database->execute("INSERT INTO devices (mac_address) VALUES ('AA:BB:CC:DD:EE:01')");
    EXPECT_EQ(devices.create(row("aabbccddee01"), by_root).error().code, ErrorCode::conflict);
    const auto id = devices.all("").items.at(0).id;
    ASSERT_TRUE(devices.update(*id, row("aabbccddee01", "Roof"), by_root));
    EXPECT_EQ(devices.find(*id)->location, "Roof");
}

TEST_F(DeviceStoreTest, TheUnregisteredOnesStandBehindTheRegisteredOnes) {
    ASSERT_TRUE(devices.create(row("AA:BB:CC:DD:EE:02"), by_root));
    report("AA:BB:CC:DD:EE:02", 10);
    report("AA:BB:CC:DD:EE:01", 20);
    report("never-reported", 0);
    const auto all = devices.all("").items;
    ASSERT_EQ(all.size(), 2u);
    EXPECT_TRUE(all[0].id);
    EXPECT_EQ(all[1].mac_address, "AA:BB:CC:DD:EE:01");
    EXPECT_FALSE(all[1].id);
    EXPECT_FALSE(all[1].created_ms);
    const auto page = devices.list({2, 1, ""});
    EXPECT_EQ(page.total, 2);
    EXPECT_EQ(page.items.at(0).mac_address, "AA:BB:CC:DD:EE:01");
    EXPECT_EQ(devices.registered().size(), 1u);
}

TEST_F(DeviceStoreTest, ASearchLooksIntoAddressTypeAndLocation) {
    ASSERT_TRUE(devices.create(row("AA:BB:CC:DD:EE:01", "100% roof"), by_root));
    ASSERT_TRUE(devices.create(row("AA:BB:CC:DD:EE:02", "cellar"), by_root));
    EXPECT_EQ(devices.list({1, 10, "ee:02"}).total, 1);
    EXPECT_EQ(devices.list({1, 10, "esp32"}).total, 2);
    EXPECT_EQ(devices.list({1, 10, "ROOF"}).total, 1);
    EXPECT_EQ(devices.list({1, 10, "0%"}).total, 1);
    EXPECT_EQ(devices.list({1, 10, "%"}).total, 1);
    EXPECT_EQ(devices.list({1, 10, "_"}).total, 0);
    report("AA:BB:CC:DD:EE:03", 10);
    EXPECT_EQ(devices.list({1, 10, "aabbccddee02"}).total, 1);
    EXPECT_EQ(devices.list({1, 10, "dd-ee-03"}).total, 1);
    EXPECT_EQ(devices.list({1, 10, "AABB.CCDD"}).total, 3);
    EXPECT_EQ(devices.list({1, 10, "aa.bb"}).total, 0);
}

TEST_F(DeviceStoreTest, WhatItMeasuredStaysWhenItIsRemoved) {
    const auto id = devices.create(row("AA:BB:CC:DD:EE:01"), by_root);
    report("AA:BB:CC:DD:EE:01", 42);
    ASSERT_TRUE(devices.remove(*id, by_root));
    EXPECT_EQ(devices.all("").items.at(0).last_seen_ms, 42);
    EXPECT_EQ(devices.remove(*id, by_root).error().code, ErrorCode::not_found);
    EXPECT_EQ(devices.update(*id, row("x"), by_root).error().code, ErrorCode::not_found);
}

TEST_F(DeviceStoreTest, TwoImportsAtOnceBothSucceed) {
    constexpr int rounds = 5;
    constexpr int in_a_file = 20;
    for (int round = 0; round < rounds; ++round) {
        std::vector<DeviceRow> file;
        for (int i = 0; i < in_a_file; ++i)
            file.push_back(row(fmt::format("AA:BB:CC:DD:{:02X}:{:02X}", round, i)));
        ImportOutcome other;
        std::thread at_once([&] { other = DeviceStore(*database).import(file, by_root); });
        const auto mine = devices.import(file, by_root);
        at_once.join();
        EXPECT_EQ(mine.created + other.created, in_a_file);
        EXPECT_EQ(mine.updated + other.updated, in_a_file);
    }
    EXPECT_EQ(devices.registered().size(), std::size_t{rounds * in_a_file});
}

TEST_F(DeviceStoreTest, AnImportCreatesAndUpdates) {
    ASSERT_TRUE(devices.create(row("AA:BB:CC:DD:EE:01", "old"), by_root));
    const auto outcome = devices.import({row("aabbccddee01", "new"), row("AA:BB:CC:DD:EE:02")}, by_root);
    EXPECT_EQ(outcome.created, 1);
    EXPECT_EQ(outcome.updated, 1);
    EXPECT_EQ(devices.all("").items.at(0).location, "new");
    EXPECT_EQ(devices.all("").items.size(), 2u);
}

}  // namespace
}  // namespace silaware::storage
