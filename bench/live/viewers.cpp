// bench_viewers PORT TOKEN VIEWERS SECONDS: open pages, each with a live stream of its own. Says "ready" when
// every stream is open, counts for SECONDS, and prints the fewest and the most events that a viewer got, how
// many viewers were cut off, and for the median and the worst piece of news the ms between its first viewer
// and its last.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Viewer {
    int socket = -1;
    std::string line = {};
    std::size_t events = 0;
    bool open = true;
};

/// When the nth event reached its first and its last viewer.
struct Spread {
    Clock::time_point first;
    Clock::time_point last;
};

int connected(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("can't connect");
    return descriptor;
}

/// Asks for the stream and waits for the head of the answer.
Viewer open_viewer(std::uint16_t port, const std::string& token) {
    Viewer viewer{.socket = connected(port)};
    const auto request = fmt::format(
        "GET /login/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: "
        "Bearer {}\r\n\r\n",
        token);
    if (write(viewer.socket, request.data(), request.size()) != static_cast<ssize_t>(request.size()))
        throw std::runtime_error("the server hung up");
    std::string head;
    for (char c = 0; !head.ends_with("\r\n\r\n"); head += c)
        if (read(viewer.socket, &c, 1) != 1) throw std::runtime_error("no answer: " + head);
    if (!head.starts_with("HTTP/1.1 200")) throw std::runtime_error(head);
    return viewer;
}

class Audience {
  public:
    Audience(std::uint16_t port, const std::string& token, std::size_t size) : poll_(epoll_create1(0)) {
        for (std::size_t i = 0; i < size; ++i) {
            viewers_.push_back(open_viewer(port, token));
            epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
            epoll_ctl(poll_, EPOLL_CTL_ADD, viewers_.back().socket, &event);
        }
    }

    void watch(std::chrono::duration<double> time) {
        drain(std::chrono::milliseconds(500), [](Viewer&) {});  // what the streams opened with
        for (const auto end = Clock::now() + time; Clock::now() < end;)
            drain(std::chrono::milliseconds(100), [this](Viewer& viewer) { note(viewer); });
    }

    void print() {
        std::vector<std::size_t> counts;
        for (const auto& viewer : viewers_)
            counts.push_back(viewer.events);
        const auto [fewest, most] = std::minmax_element(counts.begin(), counts.end());
        std::vector<double> spreads;
        for (std::size_t i = 0; i < std::min(*fewest, spreads_.size()); ++i)
            spreads.push_back(
                std::chrono::duration<double, std::milli>(spreads_[i].last - spreads_[i].first).count());
        std::sort(spreads.begin(), spreads.end());
        const double median = spreads.empty() ? 0 : spreads[spreads.size() / 2];
        const double worst = spreads.empty() ? 0 : spreads.back();
        const auto cut =
            std::count_if(viewers_.begin(), viewers_.end(), [](const auto& one) { return !one.open; });
        fmt::print("{} {} {} {:.1f} {:.1f}\n", *fewest, *most, cut, median, worst);
    }

  private:
    void note(Viewer& viewer) {
        const auto now = Clock::now();
        if (viewer.events == spreads_.size()) spreads_.push_back({now, now});
        spreads_[viewer.events++].last = now;
    }

    template <typename OnEvent>
    void drain(std::chrono::milliseconds time, OnEvent on_event) {
        const auto end = Clock::now() + time;
        std::vector<epoll_event> ready(1024);
        for (auto left = time; left.count() > 0;
             left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now())) {
            const int count = epoll_wait(poll_, ready.data(), static_cast<int>(ready.size()),
                                         static_cast<int>(left.count()));
            for (int i = 0; i < count; ++i)
                take(viewers_[ready[static_cast<std::size_t>(i)].data.u64], on_event);
        }
    }

    template <typename OnEvent>
    void take(Viewer& viewer, OnEvent on_event) {
        char buffer[16384];
        const ssize_t size = read(viewer.socket, buffer, sizeof buffer);
        if (size <= 0) {
            viewer.open = false;
            epoll_ctl(poll_, EPOLL_CTL_DEL, viewer.socket, nullptr);
            return;
        }
        for (const char c : std::string_view(buffer, static_cast<std::size_t>(size))) {
            if (c != '\n') {
                viewer.line += c;
                continue;
            }
            if (viewer.line.starts_with("event: reading")) on_event(viewer);
            viewer.line.clear();
        }
    }

    int poll_;
    std::vector<Viewer> viewers_;
    std::vector<Spread> spreads_;
};

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 5) return 2;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    Audience audience(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2],
                      static_cast<std::size_t>(std::atoi(argv[3])));
    fmt::print("ready\n");
    std::fflush(stdout);
    audience.watch(std::chrono::duration<double>(std::atof(argv[4])));
    audience.print();
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
}
