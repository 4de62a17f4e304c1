#pragma once

#include <filesystem>
#include <string_view>

// Files that only their owner may read: secrets. One that is there already keeps its owner and its rights.
namespace silaware::app {

/// A finished draft beside `file`, durable on the disk, to be renamed or linked to it. Throws
/// std::runtime_error if the disk does not take it.
std::filesystem::path draft_private_file(const std::filesystem::path& file, std::string_view text);

/// Whole or not at all, whatever happens meanwhile. Throws std::runtime_error.
void write_private_file(const std::filesystem::path& file, std::string_view text);

}  // namespace silaware::app
