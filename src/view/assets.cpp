#include "view/assets.hpp"

#include <fstream>
#include <iterator>

#include <boost/json.hpp>

namespace silaware::view {
namespace {

core::Result<boost::json::object> read_object(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    boost::system::error_code broken;
    auto parsed = boost::json::parse(content, broken);
    if (!in || broken || !parsed.is_object()) {
        return core::fail(core::ErrorCode::internal,
                          file.string() + " can't be read; the build target static_assets makes it");
    }
    return std::move(parsed.as_object());
}

}  // namespace

core::Result<Assets> Assets::load(const std::filesystem::path& static_folder) {
    const auto files = read_object(static_folder / "manifest.json");
    if (!files) return core::fail(files.error());
    const auto imports = read_object(static_folder / "imports.json");
    if (!imports) return core::fail(imports.error());
    Assets assets;
    for (const auto& [name, hashed] : *files)
        assets.files_.emplace(std::string(name), std::string(hashed.as_string()));
    for (const auto& [module, names] : *imports) {
        auto& list = assets.imports_[std::string(module)];
        for (const auto& name : names.as_array())
            list.emplace_back(name.as_string());
    }
    return assets;
}

std::string Assets::url(std::string_view logical_name) const {
    const auto file = files_.find(logical_name);
    return file == files_.end() ? std::string{} : "/static/" + file->second;
}

const std::vector<std::string>& Assets::imports(std::string_view module) const {
    static const std::vector<std::string> none;
    const auto list = imports_.find(module);
    return list == imports_.end() ? none : list->second;
}

}  // namespace silaware::view
