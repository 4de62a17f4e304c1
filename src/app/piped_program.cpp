#include "app/piped_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace silaware::app {

namespace {

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& ours) {
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!ours.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
    }
    for (const auto& [name, value] : ours)
        merged.push_back(name + "=" + value);
    return merged;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

PipedProgram::PipedProgram(const std::vector<std::string>& arguments,
                           const std::map<std::string, std::string>& environment, Direction direction) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail(errno, "pipe");
    const bool we_read = direction == Direction::we_read;
    const int theirs = we_read ? ends[1] : ends[0];
    pipe_ = we_read ? ends[0] : ends[1];

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, theirs, we_read ? STDOUT_FILENO : STDIN_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    // Ours are blocked for the thread that waits for them.
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

    std::vector<std::string> words = arguments;
    std::vector<std::string> variables = merged_environment(environment);
    const int error = posix_spawnp(&pid_, words.front().c_str(), &files, &attributes,
                                   pointers_to(words).data(), pointers_to(variables).data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    close(theirs);
    if (error != 0) {
        close_pipe();
        fail(error, arguments.front());
    }
}

PipedProgram::~PipedProgram() {
    close_pipe();
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

std::size_t PipedProgram::read(std::span<char> buffer) {
    for (;;) {
        const ssize_t count = ::read(pipe_, buffer.data(), buffer.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) fail(errno, "reading from a program");
    }
}

bool PipedProgram::write(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(pipe_, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EPIPE) return false;
        if (count < 0) fail(errno, "writing to a program");
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

int PipedProgram::finish() {
    close_pipe();
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void PipedProgram::close_pipe() {
    if (pipe_ >= 0) close(pipe_);
    pipe_ = -1;
}

}  // namespace silaware::app
