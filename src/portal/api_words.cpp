#include "portal/api_words.hpp"

#include <boost/json.hpp>

#include "core/text.hpp"
#include "portal/api_catalogue.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;

/// The length of the first word: up to a blank outside of brackets.
std::size_t first_word(std::string_view list) {
    int depth = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] == '[' || list[i] == '{') ++depth;
        if (list[i] == ']' || list[i] == '}') --depth;
        if (list[i] == ' ' && depth == 0) return i;
    }
    return list.size();
}

bool take_mark(std::string_view& text, char mark) {
    if (!text.ends_with(mark)) return false;
    text.remove_suffix(1);
    return true;
}

std::string_view within_brackets(std::string_view type) {
    return type.substr(1, type.size() - 2);
}

Word word_of(std::string_view text) {
    Word word;
    word.required = take_mark(text, '!');
    const auto colon = text.find(':');
    if (colon == text.npos) {
        const bool nullable = take_mark(text, '?');
        word.type = nullable ? "string?" : "string";
    } else {
        word.type = text.substr(colon + 1);
    }
    word.name = text.substr(0, colon);
    return word;
}

object schema_of_value(std::string_view type) {
    if (type.starts_with('[')) return {{"type", "array"}, {"items", schema_of_type(within_brackets(type))}};
    if (type.starts_with('{')) return object_schema(within_brackets(type), Presence::always);
    if (type == "texts") return {{"type", "object"}, {"additionalProperties", object{{"type", "string"}}}};
    if (type == "date-time" || type == "date" || type == "binary")
        return {{"type", "string"}, {"format", type}};
    return {{"type", type}};
}

}  // namespace

std::vector<Word> words_of(std::string_view list) {
    std::vector<Word> words;
    while (!(list = core::trim(list)).empty()) {
        const auto length = first_word(list);
        words.push_back(word_of(list.substr(0, length)));
        list.remove_prefix(length);
    }
    return words;
}

object schema_of_type(std::string_view type) {
    const bool nullable = take_mark(type, '?');
    auto schema = schema_of_value(type);
    if (nullable) schema["type"] = array{schema.at("type"), "null"};
    return schema;
}

object object_schema(std::string_view list, Presence presence) {
    object properties;
    array required;
    for (const Word& word : words_of(list)) {
        properties[word.name] = schema_of_type(word.type);
        if (word.required || presence == Presence::always) required.emplace_back(word.name);
    }
    object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

}  // namespace silaware::portal
