#include "loopback.hpp"

#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/header_text.hpp"

namespace silaware::http::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

int checked(int outcome, const char* what) {
    if (outcome < 0) throw std::system_error(errno, std::generic_category(), what);
    return outcome;
}

}  // namespace

Client Client::tcp(std::uint16_t port, int receive_buffer) {
    const int descriptor = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    if (receive_buffer > 0)
        ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
    return Client(descriptor);
}

Client Client::unix_socket(const std::filesystem::path& path) {
    const int descriptor = checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    checked(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
    return Client(descriptor);
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      pending_(std::move(other.pending_)),
      ended_(other.ended_) {}

Client::~Client() {
    close_now();
}

void Client::close_now() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Client::end_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

Client& Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return *this;
}

bool Client::read_more(std::chrono::milliseconds time) {
    pollfd watched{descriptor_, POLLIN, 0};
    if (ended_ || ::poll(&watched, 1, static_cast<int>(time.count())) <= 0) return false;
    char buffer[65536];
    const auto count = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (count <= 0) {
        ended_ = true;
        return false;
    }
    pending_.append(buffer, static_cast<std::size_t>(count));
    return true;
}

std::string Client::read_until(std::string_view text, std::chrono::milliseconds time) {
    const auto give_up = Clock::now() + time;
    while (pending_.find(text) == std::string::npos && !ended_ && Clock::now() < give_up)
        read_more(50ms);
    const auto found = pending_.find(text);
    auto result = pending_.substr(0, found == std::string::npos ? found : found + text.size());
    pending_.erase(0, result.size());
    return result;
}

bool Client::closed_within(std::chrono::milliseconds time) {
    const auto give_up = Clock::now() + time;
    while (!ended_ && Clock::now() < give_up)
        read_more(20ms);
    return ended_;
}

std::string Client::Answer::header(std::string_view name) const {
    for (std::size_t begin = 0; begin < head.size();) {
        const auto end = head.find("\r\n", begin);
        const auto line = std::string_view(head).substr(begin, end - begin);
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos && equals_ignoring_case(line.substr(0, colon), name))
            return std::string(line.substr(colon + 2));
        if (end == std::string::npos) break;
        begin = end + 2;
    }
    return {};
}

bool Client::Answer::has(std::string_view name) const {
    return !header(name).empty();
}

Client::Answer Client::answer(bool to_head_request) {
    Answer answer;
    answer.head = read_until("\r\n\r\n");
    if (!answer.head.starts_with("HTTP/1.1 ")) return answer;
    answer.status = std::stoi(answer.head.substr(9, 3));
    if (to_head_request || answer.status == 204 || answer.status == 100) {
        answer.complete = true;
    } else if (answer.header("Transfer-Encoding") == "chunked") {
        for (;;) {
            const auto line = read_until("\r\n");
            if (!line.ends_with("\r\n")) return answer;
            const auto size = std::stoul(line, nullptr, 16);
            while (pending_.size() < size + 2 && read_more(5s)) {
            }
            if (pending_.size() < size + 2) return answer;
            answer.body += pending_.substr(0, size);
            pending_.erase(0, size + 2);
            answer.complete = size == 0;
            if (size == 0) break;
        }
    } else if (answer.has("Content-Length")) {
        const auto size = std::stoul(answer.header("Content-Length"));
        while (pending_.size() < size && read_more(5s)) {
        }
        answer.complete = pending_.size() >= size;
        answer.body = pending_.substr(0, size);
        pending_.erase(0, size);
    } else {
        answer.complete = closed_within(5s);
        answer.body = std::exchange(pending_, {});
    }
    return answer;
}

ServerOptions on_free_port() {
    ServerOptions options;
    options.port = 0;
    options.workers = 4;
    return options;
}

Handler says(std::string text) {
    return
        [text = std::move(text)](const Request&) -> core::Result<Response> { return Response::text(text); };
}

LoopbackServer::LoopbackServer(Router router, ServerHooks hooks, ServerOptions options)
    : server_((options.port = 0, std::move(options)), std::move(router), std::move(hooks)) {
    if (const auto started = server_.start(); !started) throw std::runtime_error(started.error().message);
}

LoopbackServer::~LoopbackServer() {
    server_.stop();
}

Client::Answer LoopbackServer::get(std::string_view target, std::string_view headers) const {
    auto client = connect();
    client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n");
    return client.answer();
}

}  // namespace silaware::http::test
