#include "portal/api_docs.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/api_catalogue.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;

/// `page:integer!` of the catalogue.
struct Word {
    std::string name;
    std::string type = "string";
    bool required = false;
};

std::vector<Word> words_of(std::string_view list) {
    std::vector<Word> words;
    while (!(list = core::trim(list)).empty()) {
        const auto blank = std::min(list.find(' '), list.size());
        std::string text(list.substr(0, blank));
        list.remove_prefix(blank);
        Word word;
        word.required = text.ends_with('!');
        if (word.required) text.pop_back();
        const auto colon = text.find(':');
        word.name = text.substr(0, colon);
        if (colon != std::string::npos) word.type = text.substr(colon + 1);
        words.push_back(std::move(word));
    }
    return words;
}

object schema_of_type(const std::string& type) {
    if (type == "date-time" || type == "date" || type == "binary")
        return {{"type", "string"}, {"format", type}};
    if (type == "array") return {{"type", "array"}, {"items", object{}}};
    return {{"type", type}};
}

object object_schema(std::string_view list) {
    object properties;
    array required;
    for (const Word& word : words_of(list)) {
        auto schema = schema_of_type(word.type);
        if (const auto meaning = meaning_of(word.name); !meaning.empty()) schema["description"] = meaning;
        properties[word.name] = std::move(schema);
        if (word.required) required.emplace_back(word.name);
    }
    object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

object list_schema(std::string_view fields) {
    return {{"type", "object"},
            {"properties", object{{"items", object{{"type", "array"}, {"items", object_schema(fields)}}}}}};
}

object paged_schema(std::string_view fields) {
    auto schema = list_schema(fields);
    for (const auto* name : {"page", "per_page", "total", "pages"}) {
        schema["properties"].as_object()[name] = object{{"type", "integer"}};
    }
    return schema;
}

object content(std::string_view type, object schema) {
    return {{type, object{{"schema", std::move(schema)}}}};
}

object good_answer(const Endpoint& endpoint) {
    const object plain_text{{"type", "string"}};
    switch (endpoint.answer) {
        case Answer::page:
            return {{"description", "The page"}, {"content", content("text/html", plain_text)}};
        case Answer::redirect:
            return {{"description", "On to another page"}};
        case Answer::object:
            return {{"description", "Done"},
                    {"content", content("application/json", object_schema(endpoint.fields))}};
        case Answer::items:
            return {{"description", "The list"},
                    {"content", content("application/json", list_schema(endpoint.fields))}};
        case Answer::paged:
            return {{"description", "A page of the list"},
                    {"content", content("application/json", paged_schema(endpoint.fields))}};
        case Answer::file:
            return {{"description", "The file"},
                    {"content", content(endpoint.fields, {{"type", "string"}, {"format", "binary"}})}};
        case Answer::events:
            return {{"description", "The stream"},
                    {"content", content("text/event-stream", object_schema(endpoint.fields))}};
        case Answer::text:
            break;
    }
    return {{"description", "The text"}, {"content", content("text/plain", plain_text)}};
}

void add_error(object& responses, std::string_view status) {
    responses[status] = object{{"$ref", "#/components/responses/Error"}};
}

bool has_path_parameter(const Endpoint& endpoint) {
    return endpoint.pattern.find('{') != endpoint.pattern.npos;
}

object responses_of(const Endpoint& endpoint, const Rule& rule) {
    const int status = endpoint.answer == Answer::redirect ? 302 : endpoint.status;
    object responses{{std::to_string(status), good_answer(endpoint)}};
    const bool has_uid = endpoint.query.find("uid!") != endpoint.query.npos;
    if (!endpoint.body.empty() || !endpoint.query.empty()) add_error(responses, "400");
    if (rule.needs != Needs::nobody && rule.needs != Needs::anybody) add_error(responses, "401");
    if (rule.needs == Needs::admin || rule.method != http::Method::get) add_error(responses, "403");
    if (has_path_parameter(endpoint) || has_uid) add_error(responses, "404");
    if (rule.needs == Needs::admin && rule.method != http::Method::get) add_error(responses, "409");
    if (endpoint.body.find("password!") != endpoint.body.npos || endpoint.body.starts_with("current"))
        add_error(responses, "429");
    return responses;
}

array parameters_of(const Endpoint& endpoint) {
    array parameters;
    const auto open = endpoint.pattern.find('{');
    if (open != endpoint.pattern.npos) {
        auto name = endpoint.pattern.substr(open + 1, endpoint.pattern.find_first_of("*}", open) - open - 1);
        parameters.push_back(object{{"name", name},
                                    {"in", "path"},
                                    {"required", true},
                                    {"schema", schema_of_type(name == "id" ? "integer" : "string")}});
    }
    for (const Word& word : words_of(endpoint.query)) {
        object parameter{{"name", word.name},
                         {"in", "query"},
                         {"required", word.required},
                         {"schema", schema_of_type(word.type)}};
        if (const auto meaning = meaning_of(word.name); !meaning.empty()) parameter["description"] = meaning;
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

object request_body(const Endpoint& endpoint) {
    const bool upload = endpoint.body.find(":binary") != endpoint.body.npos;
    const bool form_only = endpoint.body.find("csrf_token") != endpoint.body.npos;
    object types;
    if (upload) {
        types["multipart/form-data"] = object{{"schema", object_schema(endpoint.body)}};
        types["text/csv"] = object{{"schema", object{{"type", "string"}}}};
    } else {
        if (!form_only) types["application/json"] = object{{"schema", object_schema(endpoint.body)}};
        types["application/x-www-form-urlencoded"] = object{{"schema", object_schema(endpoint.body)}};
    }
    return {{"required", true}, {"content", std::move(types)}};
}

array security_of(const Rule& rule) {
    if (rule.needs == Needs::nobody || rule.needs == Needs::anybody) return {};
    return {object{{"bearer", array{}}}, object{{"session", array{}}}};
}

object operation(const Endpoint& endpoint, const Rule& rule) {
    object result{{"tags", array{endpoint.tag}},
                  {"summary", endpoint.summary},
                  {"parameters", parameters_of(endpoint)},
                  {"responses", responses_of(endpoint, rule)},
                  {"security", security_of(rule)}};
    std::string description(endpoint.description);
    if (rule.needs == Needs::admin) description += description.empty() ? "For admins." : " For admins.";
    if (!description.empty()) result["description"] = description;
    if (!endpoint.body.empty()) result["requestBody"] = request_body(endpoint);
    return result;
}

object error_schema() {
    return {{"type", "object"},
            {"required", array{"error", "code"}},
            {"properties",
             object{{"error", object{{"type", "string"}, {"description", "A sentence for people"}}},
                    {"code",
                     object{{"type", "string"},
                            {"enum", array{"invalid", "unauthorized", "forbidden", "not_found", "conflict",
                                           "too_large", "too_many", "unavailable", "internal"}}}},
                    {"fields", object{{"type", "object"},
                                      {"description", "A sentence per field that was refused"},
                                      {"additionalProperties", object{{"type", "string"}}}}}}}};
}

object components() {
    return {
        {"securitySchemes",
         object{{"bearer", object{{"type", "http"},
                                  {"scheme", "bearer"},
                                  {"description",
                                   "An access token of POST /login or /get_jwt, or a personal "
                                   "API token of the profile page"}}},
                {"session", object{{"type", "apiKey"},
                                   {"in", "cookie"},
                                   {"name", "silaware_session"},
                                   {"description",
                                    "A browser's session; what changes something needs the "
                                    "X-CSRF-Token of the page's csrf-token meta too"}}}}},
        {"responses", object{{"Error", object{{"description", "Why it was refused"},
                                              {"content", content("application/json", error_schema())}}}}}};
}

/// OpenAPI names a path parameter without the star of ours.
std::string path_of(std::string_view pattern) {
    std::string path(pattern);
    if (const auto star = path.find("*}"); star != std::string::npos) path.erase(star, 1);
    return path;
}

}  // namespace

object api_document(std::string_view version) {
    object paths;
    for (const Endpoint& endpoint : endpoints()) {
        const Rule* rule = find_rule(endpoint.method, endpoint.pattern);
        if (rule == nullptr) continue;
        auto& path = paths[path_of(endpoint.pattern)];
        if (!path.is_object()) path.emplace_object();
        path.as_object()[core::lower_ascii(http::name(endpoint.method))] = operation(endpoint, *rule);
    }
    return {
        {"openapi", "3.1.0"},
        {"info", object{{"title", "silaware"},
                        {"version", version.empty() ? std::string_view("0") : version},
                        {"description", "Power and utility monitoring. Instants are ISO 8601 with offset."}}},
        {"paths", std::move(paths)},
        {"components", components()}};
}

void add_api_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/api",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return plain_page<view::ApiPage>(portal, request, visitor);
              });
    add_route(router, portal, http::Method::get, "/login/api/json",
              [&portal](const http::Request&, const Visitor&) {
                  return http::Response::json(api_document(portal.settings.version));
              });
}

}  // namespace silaware::portal
