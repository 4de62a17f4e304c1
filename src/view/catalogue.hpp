#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace silaware::view {

/// Every text of the portal and of its mails, in each language it speaks.
///
/// One flat JSON object per language (`i18n/en.json`: `{"nav.summary": "Summary"}`). English is complete by
/// definition; loading fails when another language misses one of its keys or has one that English lacks.
class Catalogue {
  public:
    /// Reads every `*.json` of `folder`; the error names the file or the key.
    static core::Result<Catalogue> load(const std::filesystem::path& folder);

    /// The text of `key`, or null when there is none.
    const std::string* find(std::string_view language, std::string_view key) const;
    /// `en`, `id`: sorted.
    std::vector<std::string> languages() const;
    bool speaks(std::string_view language) const;
    /// The language that a browser's `Accept-Language` prefers among ours; English when it names none of
    /// them.
    std::string preferred(std::string_view accept_language) const;

  private:
    using Texts = std::map<std::string, std::string, std::less<>>;
    static core::Result<Texts> load_language(const std::filesystem::path& file);
    std::map<std::string, Texts, std::less<>> languages_;
};

}  // namespace silaware::view
