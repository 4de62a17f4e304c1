#include "view/template_source.hpp"

#include <cctype>

namespace silaware::view {
namespace {

using core::Result;

/// `{device}` of a text is the marker {{DEVICE}} of the template it stands in.
std::string with_markers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto close = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += text[i];
            continue;
        }
        out += "{{";
        for (const char c : text.substr(i + 1, close - i - 1)) {
            out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        out += "}}";
        i = close;
    }
    return out;
}

Result<std::string> text_of(std::string_view key, const TemplateContext& context) {
    const auto* text = context.texts->find(context.language, key);
    if (text == nullptr) {
        return core::fail(core::ErrorCode::internal, "there is no text \"" + std::string(key) + "\" in " +
                                                         context.language + ".json, but a template uses it");
    }
    return with_markers(context.plain_text ? *text : escape_html(*text));
}

Result<std::string> url_of(std::string_view name, const TemplateContext& context) {
    auto url = context.assets->url(name);
    if (url.empty()) {
        return core::fail(core::ErrorCode::internal,
                          "a template uses the static file " + std::string(name) + ", which does not exist");
    }
    return url;
}

Result<std::string> preload_of(const std::string& module, const TemplateContext& context) {
    std::string out;
    auto names = context.assets->imports(module);
    names.push_back(module);
    for (const auto& name : names) {
        auto url = url_of(name, context);
        if (!url) return url;
        out += "<link rel=\"modulepreload\" href=\"" + *url + "\">\n";
    }
    return out;
}

Result<std::string> directive(std::string_view word, const TemplateContext& context) {
    const auto own_module = "js/" + context.page + ".js";
    const auto colon = word.find(':');
    if (colon == std::string_view::npos) {
        if (word == "name") return context.page;
        if (word == "language") return context.language;
        if (word == "page") return context.body;
        if (word == "texts") return url_of("i18n/" + context.language + ".js", context);
        return text_of(word, context);
    }
    const auto kind = word.substr(0, colon);
    const std::string argument{word.substr(colon + 1)};
    if (kind == "asset") return url_of(argument, context);
    if (kind == "module") return url_of(own_module, context);
    if (kind == "preload") return preload_of(argument.empty() ? own_module : argument, context);
    if (kind == "text") return text_of(argument + context.page, context);
    if (kind == "current") return std::string(argument == context.page ? "aria-current=\"page\"" : "");
    return core::fail(core::ErrorCode::internal,
                      "a template has the unknown directive [[" + std::string(word) + "]]");
}

}  // namespace

core::Result<std::string> expand_directives(std::string_view source, const TemplateContext& context) {
    std::string out;
    while (true) {
        const auto open = source.find("[[");
        const auto close = open == std::string_view::npos ? open : source.find("]]", open);
        if (close == std::string_view::npos) return out.append(source);
        out.append(source.substr(0, open));
        const auto value = directive(source.substr(open + 2, close - open - 2), context);
        if (!value) return value;
        out.append(*value);
        source.remove_prefix(close + 2);
    }
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace silaware::view
