#include "spool/note_file.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace silaware::spool {

NoteFile::NoteFile(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (!read()) write("");
}

NoteFile::~NoteFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<std::string> NoteFile::read() const {
    std::string text(longest, '\0');
    const ssize_t size = ::pread(descriptor_, text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : std::min(text.find('\0'), static_cast<std::size_t>(size)));
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

bool NoteFile::write(std::string_view text) {
    if (text.size() > longest) return false;
    std::string block(text);
    block.resize(longest);  // always the same bytes of the file, in one call
    return ::pwrite(descriptor_, block.data(), block.size(), 0) == static_cast<ssize_t>(block.size());
}

}  // namespace silaware::spool
