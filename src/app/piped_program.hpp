#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace silaware::app {

/// A program whose output we read or whose input we write; what it complains about goes where ours goes.
class PipedProgram {
  public:
    enum class Direction { we_read, we_write };

    /// `environment` comes on top of ours. Throws std::system_error if it can't be started.
    PipedProgram(const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment, Direction direction);
    /// Kills it if it was not waited for.
    ~PipedProgram();
    PipedProgram(const PipedProgram&) = delete;
    PipedProgram& operator=(const PipedProgram&) = delete;

    /// Bytes of its output, 0 at the end. Throws std::system_error.
    std::size_t read(std::span<char> buffer);
    /// False if it takes no more, because it has ended.
    bool write(std::string_view text);
    /// Closes the pipe and waits for its end: the exit status, 128 + n after signal n.
    int finish();

  private:
    void close_pipe();

    pid_t pid_ = -1;
    int pipe_ = -1;
};

}  // namespace silaware::app
