#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace silaware::app {

/// A file that is compressed while it is written; readable by its owner alone. All throw std::runtime_error.
class GzipWriter {
  public:
    explicit GzipWriter(const std::filesystem::path& file);
    ~GzipWriter();
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;

    void write(std::string_view text);
    /// Everything is on the disk when it returns.
    void close();

  private:
    std::filesystem::path file_;
    int descriptor_ = -1;
    void* stream_ = nullptr;
};

/// Its contents; a damaged or cut off file is noticed, at the latest at its end. All throw
/// std::runtime_error.
class GzipReader {
  public:
    explicit GzipReader(const std::filesystem::path& file);
    ~GzipReader();
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    /// 0 at the end.
    std::size_t read(std::span<char> buffer);

  private:
    std::filesystem::path file_;
    void* stream_ = nullptr;
};

}  // namespace silaware::app
