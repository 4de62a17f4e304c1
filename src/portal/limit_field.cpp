#include "portal/limit_field.hpp"

namespace silaware::portal {

namespace {

constexpr double most = 1e6;
constexpr double least = 1e-3;

}  // namespace

void read_limit(Fields& fields, std::string_view name, std::optional<float>& limit, MayBeEmpty may_be_empty) {
    if (!fields.has(name)) return;
    if (may_be_empty == MayBeEmpty::yes && fields.text(name).value_or("").empty()) {
        limit.reset();
        return;
    }
    const auto number = fields.number(name);
    if (!number || *number <= 0) {
        fields.refuse(name, "This must be a number above 0.");
    } else if (*number > most || *number < least) {
        fields.refuse(name, "This must be a number from 0.001 to 1,000,000.");
    } else {
        limit = static_cast<float>(*number);
    }
}

}  // namespace silaware::portal
