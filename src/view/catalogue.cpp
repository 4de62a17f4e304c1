#include "view/catalogue.hpp"

#include <fstream>
#include <iterator>

#include <boost/json.hpp>

#include "core/text.hpp"

namespace silaware::view {
namespace {

constexpr std::string_view kReference = "en";

double quality(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos) return 1.0;
    return core::parse_number(parameters.substr(at + 2)).value_or(0.0);
}

}  // namespace

core::Result<Catalogue::Texts> Catalogue::load_language(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    boost::system::error_code broken;
    const auto parsed = boost::json::parse(content, broken);
    if (!in || broken || !parsed.is_object()) {
        return core::fail(core::ErrorCode::internal,
                          file.string() + " is not a readable JSON object of texts");
    }
    Texts texts;
    for (const auto& [key, value] : parsed.as_object()) {
        if (!value.is_string()) {
            return core::fail(core::ErrorCode::internal,
                              file.string() + ": " + std::string(key) + " is not a text");
        }
        texts.emplace(std::string(key), std::string(value.as_string()));
    }
    return texts;
}

core::Result<Catalogue> Catalogue::load(const std::filesystem::path& folder) {
    Catalogue catalogue;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        if (entry.path().extension() != ".json") continue;
        auto texts = load_language(entry.path());
        if (!texts) return core::fail(texts.error());
        catalogue.languages_.emplace(entry.path().stem().string(), std::move(*texts));
    }
    const auto reference = catalogue.languages_.find(kReference);
    if (reference == catalogue.languages_.end()) {
        return core::fail(core::ErrorCode::internal,
                          "no texts: " + (folder / "en.json").string() + " is missing");
    }
    for (const auto& [language, texts] : catalogue.languages_) {
        for (const auto& [key, text] : reference->second) {
            if (!texts.contains(key)) {
                return core::fail(core::ErrorCode::internal,
                                  language + ".json lacks the text \"" + key + "\"");
            }
        }
        for (const auto& [key, text] : texts) {
            if (!reference->second.contains(key)) {
                return core::fail(core::ErrorCode::internal,
                                  language + ".json has \"" + key + "\", en.json has not");
            }
        }
    }
    return catalogue;
}

const std::string* Catalogue::find(std::string_view language, std::string_view key) const {
    const auto texts = languages_.find(language);
    if (texts == languages_.end()) return nullptr;
    const auto text = texts->second.find(key);
    return text == texts->second.end() ? nullptr : &text->second;
}

std::vector<std::string> Catalogue::languages() const {
    std::vector<std::string> names;
    for (const auto& [language, texts] : languages_)
        names.push_back(language);
    return names;
}

bool Catalogue::speaks(std::string_view language) const {
    return languages_.contains(language);
}

std::string Catalogue::preferred(std::string_view accept_language) const {
    std::string best{kReference};
    double best_quality = 0;
    while (!accept_language.empty()) {
        const auto comma = accept_language.find(',');
        const auto part = core::trim(accept_language.substr(0, comma));
        accept_language = comma == std::string_view::npos ? "" : accept_language.substr(comma + 1);
        const auto semicolon = part.find(';');
        auto language = core::lower_ascii(core::trim(part.substr(0, semicolon)));
        language = language.substr(0, language.find('-'));
        const double wish = semicolon == std::string_view::npos ? 1.0 : quality(part.substr(semicolon));
        if (speaks(language) && wish > best_quality) {
            best = language;
            best_quality = wish;
        }
    }
    return best;
}

}  // namespace silaware::view
