#include "sheet/quick_zip.hpp"

#include <dlfcn.h>

namespace {

constexpr int best_speed = 1;         ///< zlib's Z_BEST_SPEED
constexpr int internal_error = -104;  ///< ZIP_INTERNALERROR

/// minizip's function as its zip.h declares it; handles and structs pass through untouched.
using OpenInZip = int(void* file, const char* name, const void* info, const void* local_extra,
                      unsigned local_extra_size, const void* global_extra, unsigned global_extra_size,
                      const char* comment, int method, int level, int raw, int window_bits, int memory_level,
                      int strategy, const char* password, unsigned long crc, unsigned long version_made_by,
                      unsigned long flags, int zip64);

using WriteInZip = int(void* file, const void* bytes, unsigned size);

OpenInZip* minizips_own() {
    static auto* const own = reinterpret_cast<OpenInZip*>(::dlsym(RTLD_NEXT, "zipOpenNewFileInZip4_64"));
    return own;
}

WriteInZip* minizips_own_write() {
    static auto* const own = reinterpret_cast<WriteInZip*>(::dlsym(RTLD_NEXT, "zipWriteInFileInZip"));
    return own;
}

thread_local const std::function<bool()>* still_wanted = nullptr;

}  // namespace

extern "C" __attribute__((visibility("default"))) int zipOpenNewFileInZip4_64(
    void* file, const char* name, const void* info, const void* local_extra, unsigned local_extra_size,
    const void* global_extra, unsigned global_extra_size, const char* comment, int method, int /*level*/,
    int raw, int window_bits, int memory_level, int strategy, const char* password, unsigned long crc,
    unsigned long version_made_by, unsigned long flags, int zip64) {
    if (minizips_own() == nullptr) return internal_error;
    return minizips_own()(file, name, info, local_extra, local_extra_size, global_extra, global_extra_size,
                          comment, method, best_speed, raw, window_bits, memory_level, strategy, password,
                          crc, version_made_by, flags, zip64);
}

extern "C" __attribute__((visibility("default"))) int zipWriteInFileInZip(void* file, const void* bytes,
                                                                          unsigned size) {
    if (minizips_own_write() == nullptr) return internal_error;
    if (still_wanted != nullptr && !(*still_wanted)()) return 0;  // after an error its file would stay open
    return minizips_own_write()(file, bytes, size);
}

namespace silaware::sheet {

ZipWhile::ZipWhile(const std::function<bool()>& wanted) {
    still_wanted = &wanted;
}

ZipWhile::~ZipWhile() {
    still_wanted = nullptr;
}

bool zips_quickly() {
    return minizips_own() != nullptr;
}

}  // namespace silaware::sheet
