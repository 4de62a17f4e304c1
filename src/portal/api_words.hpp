#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace silaware::portal {

/// One word of the catalogue. `id:integer` has a type (text if it has none), `note?` may be null, `email!`
/// must be sent, `hours:[number]` is a list, `totals:{kwh:number cost:number}` an object, `devices:[{uid
/// name}]` a list of them; `texts` is an object of any names.
struct Word {
    std::string name;
    std::string type;  ///< with the `?`, without the `!`
    bool required = false;
};

/// Words are separated by blanks; brackets hold words of their own.
std::vector<Word> words_of(std::string_view list);

/// The JSON schema of a word's type.
boost::json::object schema_of_type(std::string_view type);

/// Which fields of an object must be there: an answer has all of them.
enum class Presence { as_marked, always };
/// The JSON schema of an object with these fields.
boost::json::object object_schema(std::string_view list, Presence presence);

}  // namespace silaware::portal
