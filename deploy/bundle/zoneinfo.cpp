// Preloaded on hosts without tzdata: lets the time zone library find the bundle's zone files instead of those
// in /usr/share/zoneinfo, a path that is built into it.
#include <dirent.h>
#include <dlfcn.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr char usual_place[] = "/usr/share/zoneinfo";
constexpr std::size_t usual_length = sizeof usual_place - 1;

std::string redirected(const char* path) {
    const char* place = getenv("SILAWARE_ZONEINFO");
    if (place == nullptr || strncmp(path, usual_place, usual_length) != 0) return path;
    return std::string(place) + (path + usual_length);
}

template <typename Function>
Function next(Function, const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int stat(const char* path, struct stat* about) noexcept {
    static const auto original = next(&stat, "stat");
    return original(redirected(path).c_str(), about);
}

int lstat(const char* path, struct stat* about) noexcept {
    static const auto original = next(&lstat, "lstat");
    return original(redirected(path).c_str(), about);
}

DIR* opendir(const char* path) {
    static const auto original = next(&opendir, "opendir");
    return original(redirected(path).c_str());
}

FILE* fopen(const char* path, const char* mode) {
    static const auto original = next(&fopen, "fopen");
    return original(redirected(path).c_str(), mode);
}

FILE* fopen64(const char* path, const char* mode) {
    static const auto original = next(&fopen64, "fopen64");
    return original(redirected(path).c_str(), mode);
}
}
