#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "portal/errors.hpp"
#include "support/source_path.hpp"
#include "view/catalogue.hpp"

namespace silaware::portal {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Adds every literal of more than one word in `source` that fits `literal`.
void collect(const std::string& source, const std::regex& literal, std::set<std::string>& sentences) {
    for (std::sregex_iterator match(source.begin(), source.end(), literal), end; match != end; ++match) {
        const std::string text = std::regex_replace((*match)[1].str(), std::regex(R"(\\")"), "\"");
        if (text.find(' ') != text.npos) sentences.insert(text);
    }
}

/// What handlers say to people: texts that begin and end like a sentence, and whatever a refusal is worded
/// with.
std::set<std::string> sentences_of(std::string source) {
    source = std::regex_replace(source, std::regex("//[^\n]*"), "");
    source = std::regex_replace(source, std::regex("\"\\s*\n\\s*\""), "");
    const std::regex sentence(R"lit("((?:[A-Z]|\\")(?:[^"\\\n]|\\.)* (?:[^"\\\n]|\\.)*\.)")lit");
    const std::regex text(R"lit("((?:[^"\\\n]|\\.)*)")lit");
    const std::regex refusal(R"((?:\bfail|\brefuse)\([^;]*;)");
    std::set<std::string> sentences;
    collect(source, sentence, sentences);
    for (std::sregex_iterator match(source.begin(), source.end(), refusal), end; match != end; ++match)
        collect(match->str(), text, sentences);
    return sentences;
}

TEST(Sentences, OfThePortalStandInTheCatalogue) {
    const std::filesystem::path root = tests::source_path("");
    const auto texts = view::Catalogue::load(root / "templates/i18n");
    ASSERT_TRUE(texts) << texts.error().message;
    std::vector<std::filesystem::path> files = {
        root / "src/auth/account_rules.cpp",     root / "src/storage/account_store.cpp",
        root / "src/storage/device_store.cpp",   root / "src/storage/alert_queries.cpp",
        root / "src/storage/alert_settings.cpp", root / "src/storage/maintenance_store.cpp",
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

TEST(Sentences, OfTheQuarantineStandInTheCatalogue) {
    const std::filesystem::path root = tests::source_path("");
    const auto texts = view::Catalogue::load(root / "templates/i18n");
    ASSERT_TRUE(texts) << texts.error().message;
    for (const auto* file : {"domain/payload.cpp", "domain/power_message.cpp", "domain/climate_message.cpp",
                             "domain/run_message.cpp", "core/device_id.cpp"}) {
        for (const auto& sentence : sentences_of(text_of(root / "src" / file))) {
            const bool is_frame = sentence == "\"{}\": {}";
            EXPECT_TRUE(is_frame || in_language(*texts, "id", sentence) != sentence)
                << file << ": " << sentence;
        }
    }
    const auto shown = [&](const std::string& reason) { return in_language(*texts, "id", reason); };
    EXPECT_EQ(shown("\"uid\": the device id is empty"), "\"uid\": ID perangkat kosong.");
    EXPECT_EQ(shown("\"stop\" lies before \"start\""), "\"stop\" mendahului \"start\"");
    EXPECT_EQ(shown("the payload is not JSON: syntax error at byte 3"),
              "payload bukan JSON: syntax error at byte 3");
    EXPECT_EQ(shown("the payload is not JSON: it ends too early"),
              "payload bukan JSON: terpotong sebelum selesai");
    EXPECT_EQ(shown("no topic of ours: \"a: b\""), "topik yang tidak dilanggan: \"a: b\"");
}

TEST(Sentences, KeepWhatTheyQuoteInEveryLanguage) {
    const auto texts = view::Catalogue::load(tests::source_path("templates/i18n"));
    ASSERT_TRUE(texts);
    EXPECT_EQ(in_language(*texts, "id", "No device \"P\"1\" is known."), "Perangkat \"P\"1\" tidak dikenal.");
    EXPECT_EQ(in_language(*texts, "en", "No device \"P1\" is known."), "No device \"P1\" is known.");
    EXPECT_EQ(in_language(*texts, "id", "The form has no field \"file\"."),
              "Formulir tidak memiliki isian \"file\".");
    EXPECT_EQ(in_language(*texts, "id", "Nobody wrote this."), "Nobody wrote this.");
}

}  // namespace
}  // namespace silaware::portal
