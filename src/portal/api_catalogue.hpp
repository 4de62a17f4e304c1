#pragma once

#include <span>
#include <string_view>

#include "http/request.hpp"

namespace silaware::portal {

/// What an endpoint answers when all is well.
enum class Answer {
    page,      ///< HTML
    redirect,  ///< 302
    object,    ///< JSON with `fields`
    items,     ///< {"items":[…]}, each with `fields`
    paged,     ///< items, page, per_page, total, pages
    file,      ///< a download of type `fields`
    events,    ///< Server-Sent Events
    text,
};

/// What the API document says of one route. Fields are lists of words, see api_words.hpp.
struct Endpoint {
    http::Method method;
    std::string_view pattern;
    std::string_view tag;
    std::string_view summary;
    std::string_view query = {};
    std::string_view body = {};
    Answer answer = Answer::object;
    std::string_view fields = {};
    std::string_view beside = {};  ///< of a list: what stands beside its items
    std::string_view description = {};
    int status = 200;
};

/// One for each rule of access.hpp.
std::span<const Endpoint> endpoints();

/// What a parameter or field means, wherever it is used; empty if its name says it all.
std::string_view meaning_of(std::string_view name);

}  // namespace silaware::portal
