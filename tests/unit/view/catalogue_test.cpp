#include "view/catalogue.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "support/source_path.hpp"

namespace silaware::view {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = tests::source_path("");

Catalogue own_catalogue() {
    auto loaded = Catalogue::load(kRoot / "templates/i18n");
    EXPECT_TRUE(loaded) << loaded.error().message;
    return std::move(*loaded);
}

std::string content(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> found_in(const fs::path& folder, const std::string& extension,
                               const std::regex& pattern) {
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != extension) continue;
        const auto text = content(entry.path());
        for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
            found.insert((*match)[1].str());
        }
    }
    return found;
}

class CatalogueFolder : public testing::Test {
  protected:
    void SetUp() override { fs::create_directories(folder_); }
    void TearDown() override { fs::remove_all(folder_); }
    void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
    fs::path folder_ = fs::temp_directory_path() / ("silaware_texts_" + std::to_string(::getpid()));
};

TEST(Catalogue, EveryLanguageHasEveryText) {
    const auto catalogue = own_catalogue();
    EXPECT_EQ(catalogue.languages(), (std::vector<std::string>{"en", "id"}));
}

TEST(Catalogue, EveryTextATemplateUsesExists) {
    const auto catalogue = own_catalogue();
    const std::regex directive(R"(\[\[([a-z0-9_]+\.[a-z0-9_.]+)\]\])");
    for (const std::string extension : {".tpl", ".txt"}) {
        for (const auto& key : found_in(kRoot / "templates", extension, directive)) {
            EXPECT_NE(catalogue.find("en", key), nullptr) << key;
        }
    }
}

TEST(Catalogue, EveryTextAScriptUsesExists) {
    const auto catalogue = own_catalogue();
    const std::regex direct(R"re(\bt\(\s*"([^"]+)")re");
    for (const auto& key : found_in(kRoot / "static/js", ".js", direct)) {
        EXPECT_NE(catalogue.find("en", key), nullptr) << key;
    }
    // Keys that reach t() by way of a table: any literal that looks like a key of a group that exists.
    const std::regex literal(
        R"re("((?:summary|meter|utilities|climate|energy_report|settings|alerts|devices|accounts|profile|quarantine|report|live|device|common)\.[a-z_]+)")re");
    for (const auto& key : found_in(kRoot / "static/js", ".js", literal)) {
        EXPECT_NE(catalogue.find("en", key), nullptr) << key;
    }
}

TEST(Catalogue, TranslationsKeepThePlaceholders) {
    const auto catalogue = own_catalogue();
    const std::regex placeholder(R"(\{([a-z0-9_]+)\})");
    const auto names = [&](const std::string& text) {
        return std::set<std::string>(std::sregex_token_iterator(text.begin(), text.end(), placeholder, 1),
                                     {});
    };
    const std::regex entry(R"re(\n "([a-z0-9_.A-Z]+)":)re");
    for (const auto& key : found_in(kRoot / "templates/i18n", ".json", entry)) {
        ASSERT_NE(catalogue.find("en", key), nullptr) << key;
        EXPECT_EQ(names(*catalogue.find("en", key)), names(*catalogue.find("id", key))) << key;
    }
}

TEST(Catalogue, PrefersTheBrowsersFirstKnownLanguage) {
    const auto catalogue = own_catalogue();
    EXPECT_EQ(catalogue.preferred("id-ID,id;q=0.9,en;q=0.8"), "id");
    EXPECT_EQ(catalogue.preferred("de-DE, de;q=0.9, id;q=0.5, en;q=0.4"), "id");
    EXPECT_EQ(catalogue.preferred("en-US,en;q=0.9,id;q=0.8"), "en");
    EXPECT_EQ(catalogue.preferred("id;q=0"), "en");
    EXPECT_EQ(catalogue.preferred("fr"), "en");
    EXPECT_EQ(catalogue.preferred(""), "en");
    EXPECT_EQ(catalogue.preferred(",;;q=,"), "en");
}

TEST_F(CatalogueFolder, AMissingTextIsAnErrorThatNamesIt) {
    write("en.json", R"({"a": "A", "b": "B"})");
    write("id.json", R"({"a": "A"})");
    const auto loaded = Catalogue::load(folder_);
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().message.find("\"b\""), std::string::npos);
}

TEST_F(CatalogueFolder, ATextThatEnglishLacksIsAnError) {
    write("en.json", R"({"a": "A"})");
    write("id.json", R"({"a": "A", "stray": "S"})");
    EXPECT_FALSE(Catalogue::load(folder_));
}

TEST_F(CatalogueFolder, BrokenFilesAndEmptyFoldersAreErrors) {
    EXPECT_FALSE(Catalogue::load(folder_));
    EXPECT_FALSE(Catalogue::load(folder_ / "nowhere"));
    write("en.json", "{");
    EXPECT_FALSE(Catalogue::load(folder_));
}

}  // namespace
}  // namespace silaware::view
