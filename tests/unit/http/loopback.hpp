#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "http/server.hpp"

namespace silaware::http::test {

/// A raw client: sends exactly the bytes it is told to.
class Client {
  public:
    static Client tcp(std::uint16_t port, int receive_buffer = 0);
    static Client unix_socket(const std::filesystem::path& path);
    Client(Client&& other) noexcept;
    Client(const Client&) = delete;
    ~Client();

    Client& send(std::string_view bytes);
    /// One response: head, then Content-Length bytes or chunks (still encoded are decoded) or until the end.
    struct Answer {
        int status = 0;
        std::string head;
        std::string body;
        bool complete = false;
        std::string header(std::string_view name) const;
        bool has(std::string_view name) const;
    };
    Answer answer(bool to_head_request = false);
    /// Everything until `text` has come or `time` is over.
    std::string read_until(std::string_view text, std::chrono::milliseconds time = std::chrono::seconds(5));
    /// True if the server closes within `time`; what it sends before is dropped.
    bool closed_within(std::chrono::milliseconds time);
    void close_now();
    void end_sending();

  private:
    explicit Client(int descriptor) : descriptor_(descriptor) {}
    bool read_more(std::chrono::milliseconds time);
    int descriptor_;
    std::string pending_;
    bool ended_ = false;
};

/// A server on a free port with short timeouts, stopped at the end of the test.
class LoopbackServer {
  public:
    explicit LoopbackServer(Router router, ServerHooks hooks = {}, ServerOptions options = {});
    ~LoopbackServer();
    Client connect(int receive_buffer = 0) const { return Client::tcp(server_.port(), receive_buffer); }
    Client::Answer get(std::string_view target, std::string_view headers = "") const;
    Server& server() { return server_; }

  private:
    Server server_;
};

ServerOptions on_free_port();
Handler says(std::string text);

}  // namespace silaware::http::test
