#include "app/commands.hpp"

#include <fmt/format.h>

namespace silaware::app {

int complain(const core::Error& error) {
    if (error.fields.empty()) fmt::print(stderr, "silaware: {}\n", error.message);
    for (const auto& [field, sentence] : error.fields)
        fmt::print(stderr, "silaware: {}: {}\n", field, sentence);
    return Exit::failed;
}

}  // namespace silaware::app
