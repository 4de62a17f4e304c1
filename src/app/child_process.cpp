#include "app/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace silaware::app {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds wait_step{20};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& additions) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!additions.contains(text.substr(0, text.find('=')))) result.push_back(text);
    }
    for (const auto& [name, value] : additions)
        result.push_back(name + "=" + value);
    return result;
}

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* folder, int log,
                         pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setpgid(0, 0);  // Ctrl-C is for the supervisor, which then stops its children in order
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    if (log >= 0) {
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
    }
    if (folder == nullptr || chdir(folder) == 0) execve(arguments[0], arguments, environment);
    _exit(127);
}

bool is_alive(pid_t pid) {
    return kill(pid, 0) == 0 || errno == EPERM;
}

std::string command_line(pid_t pid) {
    std::ifstream stream(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text;
}

}  // namespace

ChildProcess::ChildProcess(const ChildCommand& command) {
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = environment_with(command.environment);
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(environment);
    int log = -1;
    if (command.log) log = open(command.log->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    const pid_t parent = getpid();
    pid_ = fork();
    const char* folder = command.folder ? command.folder->c_str() : nullptr;
    if (pid_ == 0) become(argument_pointers.data(), environment_pointers.data(), folder, log, parent);
    if (log >= 0) close(log);
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "can't start " + command.name);
}

ChildProcess::~ChildProcess() {
    terminate();
    wait_or_kill(std::chrono::seconds(10));
}

bool ChildProcess::is_running() {
    if (status_) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
    status_ = status;
    return false;
}

std::string ChildProcess::ending() const {
    if (!status_) return "running";
    if (WIFSIGNALED(*status_)) return fmt::format("signal {}", WTERMSIG(*status_));
    return fmt::format("exit status {}", WEXITSTATUS(*status_));
}

int ChildProcess::exit_status() const {
    return status_ && WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -1;
}

void ChildProcess::terminate() {
    if (is_running()) kill(pid_, SIGTERM);
}

void ChildProcess::wait_or_kill(std::chrono::milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (is_running()) {
        if (Clock::now() > end) {
            kill(pid_, SIGKILL);
            int status = 0;
            waitpid(pid_, &status, 0);
            status_ = status;
            return;
        }
        std::this_thread::sleep_for(wait_step);
    }
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders((path ? std::string(path) : std::string()) +
                               ":/usr/sbin:/usr/local/sbin:/sbin:/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::filesystem::path candidate = std::filesystem::path(folder) / name;
        if (!folder.empty() && access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

void end_leftover(const std::filesystem::path& pid_file, const std::string& marker,
                  std::chrono::seconds patience) {
    pid_t pid = 0;
    std::ifstream(pid_file) >> pid;
    if (pid <= 1 || !is_alive(pid) || command_line(pid).find(marker) == std::string::npos) return;
    spdlog::info("waiting for a process of an earlier run to end (pid {})", pid);
    kill(pid, SIGTERM);
    const auto end = Clock::now() + patience;
    while (is_alive(pid) && Clock::now() < end)
        std::this_thread::sleep_for(wait_step);
    if (is_alive(pid)) kill(pid, SIGKILL);
    while (is_alive(pid) && Clock::now() < end + std::chrono::seconds(5))
        std::this_thread::sleep_for(wait_step);
}

}  // namespace silaware::app
