#include "support/source_path.hpp"

namespace silaware::tests {

// Only this file knows the folder, so that what is compiled elsewhere can be taken from the compiler's cache.
std::filesystem::path source_path(std::string_view name) {
    return std::filesystem::path(SILAWARE_SOURCE_DIR) / name;
}

}  // namespace silaware::tests
