#pragma once

namespace silaware::sheet {

/// True when workbooks are compressed for speed: half the processor time for files a quarter larger.
///
/// libxlsxwriter offers no choice of the level, and at zlib's default one compressing takes longer than all
/// the rest. It opens each part of the file through minizip's zipOpenNewFileInZip4_64; quick_zip.cpp stands
/// in front of that function and sets the level. Where the dynamic linker does not let it, files are merely
/// smaller and slower.
bool zips_quickly();

}  // namespace silaware::sheet
