#include "sheet/temporary_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace silaware::sheet {

namespace {

std::shared_ptr<const int> own(int descriptor) {
    return {new int(descriptor), [](const int* owned) {
                ::close(*owned);
                delete owned;
            }};
}

}  // namespace

TemporaryFile::TemporaryFile() {
    std::string name = (std::filesystem::temp_directory_path() / "silaware-XXXXXX").string();
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "creating " + name);
    descriptor_ = own(descriptor);
    ::unlink(name.c_str());
}

std::string TemporaryFile::path() const {
    return "/proc/self/fd/" + std::to_string(*descriptor_);
}

std::size_t TemporaryFile::size() const {
    struct stat status{};
    if (::fstat(*descriptor_, &status) != 0) throw std::system_error(errno, std::generic_category(), "fstat");
    return static_cast<std::size_t>(status.st_size);
}

}  // namespace silaware::sheet
