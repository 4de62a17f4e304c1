#pragma once

#include <filesystem>

#include "core/error.hpp"

namespace silaware::spool {

/// Keeps a second process out as long as it lives; the kernel drops the lock with the process, however that
/// ends.
class ProcessLock {
  public:
    /// Locks `file` and writes our process id into it. Error `conflict` naming the process that holds it.
    static core::Result<ProcessLock> acquire(const std::filesystem::path& file);

    ProcessLock(ProcessLock&& other) noexcept;
    ProcessLock& operator=(ProcessLock&& other) noexcept;
    ~ProcessLock();

  private:
    explicit ProcessLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace silaware::spool
