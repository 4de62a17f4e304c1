#include "spool/ballast.hpp"

#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace silaware::spool {

Ballast::Ballast(std::filesystem::path file, std::int64_t bytes) : file_(std::move(file)), bytes_(bytes) {}

void Ballast::hold() {
    std::error_code error;
    if (std::filesystem::exists(file_, error)) return;
    const auto space = std::filesystem::space(file_.parent_path(), error);
    if (error || space.available < static_cast<std::uintmax_t>(4 * bytes_)) return;
    const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return;
    const int refused = posix_fallocate(descriptor, 0, bytes_);
    ::close(descriptor);
    if (refused != 0) std::filesystem::remove(file_, error);
}

bool Ballast::release() {
    std::error_code error;
    return std::filesystem::remove(file_, error);
}

}  // namespace silaware::spool
