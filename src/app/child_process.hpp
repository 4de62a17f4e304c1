#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace silaware::app {

/// A program to run as a child of this one.
struct ChildCommand {
    std::string name;  ///< for the log
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment = {};  ///< on top of ours
    std::optional<std::filesystem::path> log = {};        ///< where its output goes; none: where ours goes
    std::optional<std::filesystem::path> folder = {};     ///< where it works; none: where we do
};

/// A running child. It gets SIGTERM when this process dies, however that happens, and is stopped with the
/// object.
class ChildProcess {
  public:
    /// Must be called from the main thread, whose end the child takes for ours. Throws std::system_error.
    explicit ChildProcess(const ChildCommand& command);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    bool is_running();
    pid_t pid() const { return pid_; }
    /// Of a child that has ended, for a person: "exit status 1", "signal 9".
    std::string ending() const;
    int exit_status() const;

    void terminate();
    /// Waits for its end; SIGKILL when `patience` is over.
    void wait_or_kill(std::chrono::milliseconds patience);

  private:
    pid_t pid_;
    std::optional<int> status_;
};

/// The full path of a program in PATH or in the sbin folders, which an ordinary user's PATH does not have.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// Ends a process of an earlier run that a pid file names, if it still is the program `marker` (a part of its
/// command line). It gets SIGTERM and `patience`, then SIGKILL.
void end_leftover(const std::filesystem::path& pid_file, const std::string& marker,
                  std::chrono::seconds patience);

}  // namespace silaware::app
