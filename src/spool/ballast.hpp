#pragma once

#include <cstdint>
#include <filesystem>

namespace silaware::spool {

/// A file of set size that is given up when the disk is full: deleting from the spool needs space, too.
class Ballast {
  public:
    Ballast(std::filesystem::path file, std::int64_t bytes);
    /// Occupies the space where the disk has plenty; does nothing if it is held already.
    void hold();
    /// Gives the space back; false if there was none to give.
    bool release();

  private:
    std::filesystem::path file_;
    std::int64_t bytes_;
};

}  // namespace silaware::spool
