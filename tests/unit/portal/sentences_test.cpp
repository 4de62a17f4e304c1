#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "support/source_path.hpp"
#include "view/catalogue.hpp"

namespace silaware::portal {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// What handlers say to people: texts of more than one word that begin and end like a sentence.
std::set<std::string> sentences_of(std::string source) {
    source = std::regex_replace(source, std::regex("//[^\n]*"), "");
    source = std::regex_replace(source, std::regex("\"\\s*\n\\s*\""), "");
    const std::regex literal(R"lit("([A-Z](?:[^"\\\n]|\\.)* (?:[^"\\\n]|\\.)*\.)")lit");
    std::set<std::string> sentences;
    for (std::sregex_iterator match(source.begin(), source.end(), literal), end; match != end; ++match) {
        sentences.insert(std::regex_replace((*match)[1].str(), std::regex(R"(\\")"), "\""));
    }
    return sentences;
}

TEST(Sentences, OfThePortalStandInTheCatalogue) {
    const std::filesystem::path root = tests::source_path("");
    const auto texts = view::Catalogue::load(root / "templates/i18n");
    ASSERT_TRUE(texts) << texts.error().message;
    std::vector<std::filesystem::path> files = {
        root / "src/auth/account_rules.cpp",     root / "src/storage/account_store.cpp",
        root / "src/storage/device_store.cpp",   root / "src/storage/alert_queries.cpp",
        root / "src/storage/alert_settings.cpp", root / "src/storage/notification_log.cpp",
        root / "src/storage/outbox.cpp"};
    for (const auto& entry : std::filesystem::directory_iterator(root / "src/portal")) {
        const auto name = entry.path().filename().string();
        if (name.ends_with(".cpp") && !name.starts_with("api_")) files.push_back(entry.path());
    }
    for (const auto& file : files) {
        for (const auto& sentence : sentences_of(text_of(file))) {
            EXPECT_NE(texts->find("en", "say." + sentence), nullptr) << file.filename() << ": " << sentence;
        }
    }
}

}  // namespace
}  // namespace silaware::portal
