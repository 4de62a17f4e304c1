// bench_users PORT TOKEN USERS SECONDS PATH [PAUSE_MS]: users who ask for a page again as soon as they have
// it, or after a pause, each on a connection that stays open. Ends early on SIGTERM. Prints requests,
// seconds, and the median, 99th percentile and worst in ms.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> told_to_end = false;

class User {
  public:
    User(int port, const std::string& token, const std::string& path)
        : request_(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
                               "Authorization: Bearer {}\r\n\r\n",
                               path, token)) {
        socket_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("can't connect");
    }
    ~User() { close(socket_); }
    User(const User&) = delete;
    User& operator=(const User&) = delete;

    /// Milliseconds until the last byte of the answer is there.
    double ask() {
        const auto begin = Clock::now();
        if (write(socket_, request_.data(), request_.size()) != static_cast<ssize_t>(request_.size()))
            throw std::runtime_error("the server hung up");
        std::string answer;
        std::size_t end = std::string::npos;
        while (end == std::string::npos || answer.size() < end) {
            char buffer[65536];
            const ssize_t size = read(socket_, buffer, sizeof buffer);
            if (size <= 0) throw std::runtime_error("the server hung up");
            answer.append(buffer, static_cast<std::size_t>(size));
            if (end == std::string::npos) end = end_of(answer);
        }
        return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    }

  private:
    /// The size of the whole answer, once its head is there.
    static std::size_t end_of(const std::string& answer) {
        const auto head = answer.find("\r\n\r\n");
        if (head == std::string::npos) return std::string::npos;
        if (answer.compare(0, 12, "HTTP/1.1 200") != 0) throw std::runtime_error(answer.substr(0, head));
        const auto length = answer.find("Content-Length: ");
        if (length > head) throw std::runtime_error("no length: " + answer.substr(0, head));
        return head + 4 + std::strtoul(answer.c_str() + length + 16, nullptr, 10);
    }

    int socket_;
    std::string request_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6 && argc != 7) return 2;
    std::signal(SIGTERM, [](int) { told_to_end = true; });
    const std::chrono::milliseconds pause(argc == 7 ? std::atoi(argv[6]) : 0);
    const int users = std::atoi(argv[3]);
    const auto time = std::chrono::duration<double>(std::atof(argv[4]));
    std::vector<std::vector<double>> times(static_cast<std::size_t>(users));
    const auto begin = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (auto& own : times) {
            threads.emplace_back([&] {
                try {
                    User user(std::atoi(argv[1]), argv[2], argv[5]);
                    while (Clock::now() - begin < time && !told_to_end) {
                        own.push_back(user.ask());
                        std::this_thread::sleep_for(pause);
                    }
                } catch (const std::exception& error) {
                    fmt::print(stderr, "{}\n", error.what());
                    std::_Exit(1);
                }
            });
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::vector<double> all;
    for (const auto& own : times)
        all.insert(all.end(), own.begin(), own.end());
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
        return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    };
    fmt::print("{} {:.3f} {:.3f} {:.3f} {:.3f}\n", all.size(), seconds, at(0.5), at(0.99), all.back());
}
