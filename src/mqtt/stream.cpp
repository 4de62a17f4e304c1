#include "mqtt/stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace silaware::mqtt {

using core::ErrorCode;
using core::fail;
using core::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds slice{50};
constexpr const char* closed = "the broker closed the connection";

Transfer ended(std::string reason) {
    return {.ended = true, .reason = std::move(reason)};
}

bool would_wait(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

Transfer judge_socket(ssize_t result) {
    if (result > 0) return {.count = static_cast<std::size_t>(result)};
    return would_wait(errno) ? Transfer{} : ended(std::strerror(errno));
}

/// The latest error that OpenSSL noted in this thread.
std::string tls_error() {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    return text != nullptr ? text : "unknown error";
}

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> ignored;
    return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
           inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

int size_for_tls(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

void FreeTls::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}
void FreeTls::operator()(SSL* tls) const {
    SSL_free(tls);
}

Result<Stream> Stream::open(const Endpoint& broker, OpenTimeouts timeouts, const std::stop_token& stop) {
    auto socket = connect_tcp(broker.host, broker.port, timeouts.connect, stop);
    if (!socket) return fail(std::move(socket.error()));
    Stream stream(std::move(*socket));
    if (!broker.tls_ca.empty()) {
        if (auto started = stream.start_tls(broker, timeouts.handshake, stop); !started)
            return fail(std::move(started.error()));
    }
    return stream;
}

Result<void> Stream::prepare_tls(const Endpoint& broker) {
    ignore_broken_pipes();
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!context_) return fail(ErrorCode::internal, fmt::format("TLS does not start: {}", tls_error()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A packet tells its length, so that an end without a goodbye can't cut one unseen.
    SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    const char* ca = broker.tls_ca.c_str();
    const bool folder = std::filesystem::is_directory(broker.tls_ca);
    if (SSL_CTX_load_verify_locations(context_.get(), folder ? nullptr : ca, folder ? ca : nullptr) != 1)
        return fail(ErrorCode::invalid, fmt::format("the MQTT CA file {} can't be read", broker.tls_ca));
    tls_.reset(SSL_new(context_.get()));
    if (!tls_ || SSL_set_fd(tls_.get(), socket_.descriptor()) != 1)
        return fail(ErrorCode::internal, fmt::format("TLS does not start: {}", tls_error()));
    if (is_address(broker.host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), broker.host.c_str());
    } else {
        SSL_set1_host(tls_.get(), broker.host.c_str());
        SSL_set_tlsext_host_name(tls_.get(), broker.host.c_str());
    }
    return {};
}

Result<void> Stream::start_tls(const Endpoint& broker, milliseconds timeout, const std::stop_token& stop) {
    if (auto prepared = prepare_tls(broker); !prepared) return prepared;
    const auto end = steady_clock::now() + timeout;
    while (true) {
        ERR_clear_error();
        const int result = SSL_connect(tls_.get());
        if (result == 1) return {};
        const Transfer attempt = judge_tls(result);
        if (attempt.ended)
            return fail(ErrorCode::unavailable, fmt::format("TLS with the broker: {}", attempt.reason));
        if (stop.stop_requested() || steady_clock::now() > end) {
            return fail(ErrorCode::unavailable,
                        fmt::format("TLS with the broker: it does not answer within {:.1f} s",
                                    std::chrono::duration<double>(timeout).count()));
        }
        socket_.wait(SSL_want_write(tls_.get()) ? POLLOUT : POLLIN, slice);
    }
}

Transfer Stream::judge_tls(int result) const {
    if (result > 0) return {.count = static_cast<std::size_t>(result)};
    switch (SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return {};
        case SSL_ERROR_ZERO_RETURN:
            return ended(closed);
        case SSL_ERROR_SYSCALL:
            return ended(errno != 0 ? std::strerror(errno) : closed);
        default:
            break;
    }
    if (const long verdict = SSL_get_verify_result(tls_.get()); verdict != X509_V_OK) {
        return ended(
            fmt::format("the broker's certificate is refused: {}", X509_verify_cert_error_string(verdict)));
    }
    return ended(tls_error());
}

Transfer Stream::read(std::span<char> into) {
    if (tls_) {
        ERR_clear_error();
        return judge_tls(SSL_read(tls_.get(), into.data(), size_for_tls(into.size())));
    }
    const ssize_t got = ::recv(socket_.descriptor(), into.data(), into.size(), 0);
    return got == 0 ? ended(closed) : judge_socket(got);
}

Transfer Stream::write(std::string_view bytes) {
    if (tls_) {
        ERR_clear_error();
        return judge_tls(SSL_write(tls_.get(), bytes.data(), size_for_tls(bytes.size())));
    }
    return judge_socket(::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

bool Stream::peer_is_gone() const {
    return socket_.wait(POLLRDHUP, milliseconds{0});
}

void Stream::close_gracefully(milliseconds patience) {
    if (tls_) SSL_shutdown(tls_.get());
    ::shutdown(socket_.descriptor(), SHUT_WR);
    const auto end = steady_clock::now() + patience;
    std::array<char, 65536> ignored;
    while (steady_clock::now() < end) {
        if (!socket_.wait(POLLIN, slice)) continue;
        if (::recv(socket_.descriptor(), ignored.data(), ignored.size(), 0) <= 0) return;
    }
}

}  // namespace silaware::mqtt
