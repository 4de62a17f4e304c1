#include "spool/process_lock.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/text.hpp"

namespace silaware::spool {

using core::ErrorCode;
using core::fail;

namespace {

std::string holder(int descriptor) {
    char text[32] = {};
    const ssize_t length = pread(descriptor, text, sizeof text - 1, 0);
    const std::string_view pid =
        core::trim(std::string_view(text, length > 0 ? static_cast<std::size_t>(length) : 0));
    return pid.empty() ? "another process" : fmt::format("process {}", pid);
}

}  // namespace

core::Result<ProcessLock> ProcessLock::acquire(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return fail(ErrorCode::unavailable,
                    fmt::format("can't open {}: {}", file.string(), std::strerror(errno)));
    }
    ProcessLock lock(descriptor);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return fail(ErrorCode::unavailable,
                        fmt::format("can't lock {}: {}", file.string(), std::strerror(errno)));
        }
        return fail(ErrorCode::conflict,
                    fmt::format("{} already has the spool {} open; a spool belongs to one ingest process",
                                holder(descriptor), file.parent_path().string()));
    }
    const std::string pid = fmt::format("{}\n", getpid());
    if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, pid.data(), pid.size(), 0) < 0) {
        // A full disk: the lock holds all the same, only its holder stays unnamed.
    }
    return lock;
}

ProcessLock::ProcessLock(ProcessLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessLock& ProcessLock::operator=(ProcessLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

ProcessLock::~ProcessLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace silaware::spool
