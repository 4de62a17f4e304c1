#pragma once

#include <functional>

namespace silaware::sheet {

/// True when workbooks are compressed for speed: half the processor time for files a quarter larger.
///
/// libxlsxwriter offers no choice of the level, and at zlib's default one compressing takes longer than all
/// the rest. It opens each part of the file through minizip's zipOpenNewFileInZip4_64; quick_zip.cpp stands
/// in front of that function and sets the level. Where the dynamic linker does not let it, files are merely
/// smaller and slower.
bool zips_quickly();

/// While it lives, what this thread compresses for a workbook is dropped from the moment on at which `wanted`
/// answers false: the library itself can't be stopped while it assembles a file.
class ZipWhile {
  public:
    explicit ZipWhile(const std::function<bool()>& wanted);
    ~ZipWhile();
    ZipWhile(const ZipWhile&) = delete;
    ZipWhile& operator=(const ZipWhile&) = delete;
};

}  // namespace silaware::sheet
