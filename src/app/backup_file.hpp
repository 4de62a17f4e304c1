#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace silaware::app {

/// What the first lines of a backup say. They are SQL comments, so that any MariaDB client can load the file.
struct BackupHead {
    int schema = 0;
    std::string version;     ///< of the silaware that made it
    std::string made_at;     ///< UTC
    std::string secret_key;  ///< the one kept in SILAWARE_HOME; empty if SECRET_KEY is set elsewhere

    std::string text() const;
};

/// The last line: without it the backup was cut off.
inline constexpr std::string_view backup_end = "-- silaware backup complete\n";

/// Reads the whole file and answers its head. Error `invalid`: it is no backup, damaged, or cut off.
core::Result<BackupHead> check_backup(const std::filesystem::path& file);

}  // namespace silaware::app
