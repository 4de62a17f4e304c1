#pragma once

#include <optional>
#include <string_view>

#include "portal/answers.hpp"

namespace silaware::portal {

enum class MayBeEmpty { no, yes };

/// Reads a limit from 0.001 to 1,000,000 into `limit` and refuses another; one that is not sent stays, an
/// empty one or null takes the limit away where it may.
void read_limit(Fields& fields, std::string_view name, std::optional<float>& limit,
                MayBeEmpty may_be_empty = MayBeEmpty::no);

}  // namespace silaware::portal
