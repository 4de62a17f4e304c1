#include "portal/api_docs.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "portal/answers.hpp"
#include "portal/api_catalogue.hpp"
#include "portal/api_words.hpp"
#include "portal/routes.hpp"

namespace silaware::portal {

namespace {

using boost::json::array;
using boost::json::object;

/// An object's schema with what its own fields mean; those further inside are named for themselves.
object explained(std::string_view list, Presence presence) {
    auto schema = object_schema(list, presence);
    for (auto& [name, field] : schema["properties"].as_object()) {
        if (const auto meaning = meaning_of(name); !meaning.empty())
            field.as_object()["description"] = meaning;
    }
    return schema;
}

object answer_schema(std::string_view fields) {
    return explained(fields, Presence::always);
}

/// `items`, each with `fields`, and what stands beside them.
object list_schema(std::string_view fields, std::string_view beside) {
    auto schema = answer_schema(beside);
    object items{{"type", "array"}, {"items", answer_schema(fields)}};
    schema["properties"].as_object()["items"] = std::move(items);
    auto& required = schema["required"];
    if (!required.is_array()) required.emplace_array();
    required.as_array().emplace_back("items");
    return schema;
}

object paged_schema(const Endpoint& endpoint) {
    std::string beside = "page:integer per_page:integer total:integer pages:integer ";
    return list_schema(endpoint.fields, beside.append(endpoint.beside));
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
                    {"content", content("application/json", answer_schema(endpoint.fields))}};
        case Answer::items:
            return {{"description", "The list"},
                    {"content", content("application/json", list_schema(endpoint.fields, endpoint.beside))}};
        case Answer::paged:
            return {{"description", "A page of the list"},
                    {"content", content("application/json", paged_schema(endpoint))}};
        case Answer::file:
            return {{"description", "The file"},
                    {"content", content(endpoint.fields, {{"type", "string"}, {"format", "binary"}})}};
        case Answer::events:
            return {{"description", "The stream"},
                    {"content", content("text/event-stream", answer_schema(endpoint.fields))}};
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
    const bool names_device = endpoint.query.find("uid!") != endpoint.query.npos ||
                              endpoint.query.find("mac!") != endpoint.query.npos;
    if (!endpoint.body.empty() || !endpoint.query.empty()) add_error(responses, "400");
    if (rule.needs != Needs::nobody && rule.needs != Needs::anybody) add_error(responses, "401");
    if (rule.needs == Needs::admin || rule.method != http::Method::get) add_error(responses, "403");
    if (has_path_parameter(endpoint) || names_device) add_error(responses, "404");
    if (rule.needs == Needs::admin && rule.method != http::Method::get) add_error(responses, "409");
    const bool mails = endpoint.body.starts_with("email!");
    if (mails || endpoint.body.find("password!") != endpoint.body.npos ||
        endpoint.body.starts_with("current"))
        add_error(responses, "429");
    if (mails || endpoint.answer == Answer::file || rule.effort == http::Effort::heavy)
        add_error(responses, "503");
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
        types["multipart/form-data"] = object{{"schema", explained(endpoint.body, Presence::as_marked)}};
        types["text/csv"] = object{{"schema", object{{"type", "string"}}}};
    } else {
        if (!form_only)
            types["application/json"] = object{{"schema", explained(endpoint.body, Presence::as_marked)}};
        types["application/x-www-form-urlencoded"] =
            object{{"schema", explained(endpoint.body, Presence::as_marked)}};
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
            {"required", array{"error", "code", "fields"}},
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
