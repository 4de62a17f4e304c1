#include "app/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

namespace silaware::app {

namespace fs = std::filesystem;

namespace {

/// Whoever could read the file before must be able to read the new one: a broker that runs as another user,
/// say.
bool keep_readers(int descriptor, const fs::path& file) {
    struct stat before{};
    if (stat(file.c_str(), &before) != 0) return errno == ENOENT;
    if (fchown(descriptor, before.st_uid, before.st_gid) != 0) return false;
    return fchmod(descriptor, before.st_mode & 07777) == 0;
}

}  // namespace

fs::path draft_private_file(const fs::path& file, std::string_view text) {
    fs::path draft = fmt::format("{}.{}", file.string(), getpid());
    const int descriptor = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written = descriptor >= 0 &&
                         write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         keep_readers(descriptor, file) && fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) close(descriptor);
    if (written) return draft;
    fs::remove(draft);
    throw std::runtime_error(fmt::format("can't write {}: {}", draft.string(), std::strerror(error)));
}

void write_private_file(const fs::path& file, std::string_view text) {
    fs::rename(draft_private_file(file, text), file);
}

}  // namespace silaware::app
