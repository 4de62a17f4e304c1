#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace silaware::sheet {

/// A file without a name in the system's folder for temporary files: it is gone with its last descriptor,
/// whatever happens to the program.
class TemporaryFile {
  public:
    /// Throws std::system_error.
    TemporaryFile();

    /// A path that opens the file, in this process only.
    std::string path() const;
    std::size_t size() const;
    /// Open for reading and writing; closes with its last owner.
    const std::shared_ptr<const int>& descriptor() const { return descriptor_; }

  private:
    std::shared_ptr<const int> descriptor_;
};

}  // namespace silaware::sheet
