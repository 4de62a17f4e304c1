#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace silaware::spool {

/// A short text that survives this process, however it ends, but not a power cut. Its space is taken once, so
/// that it can be written on a full disk, too.
class NoteFile {
  public:
    static constexpr std::size_t longest = 500;

    explicit NoteFile(const std::filesystem::path& file);
    ~NoteFile();
    NoteFile(const NoteFile&) = delete;
    NoteFile& operator=(const NoteFile&) = delete;

    /// Nothing if none was ever written.
    std::optional<std::string> read() const;
    /// False if the text is longer than `longest` or the disk fails.
    bool write(std::string_view text);

  private:
    int descriptor_;
};

}  // namespace silaware::spool
