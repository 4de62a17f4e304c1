// The only file with coroutines. g++ 12 destroys temporaries twice in a full expression with co_await, so a
// line with co_await holds names only.
#include "http/connection.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// A coroutine frame is allocated and freed by one class; g++ 12 sees only half of it once inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <cerrno>
#include <optional>
#include <vector>

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "core/clock.hpp"
#include "http/event_stream.hpp"
#include "http/file_pieces.hpp"
#include "http/header_text.hpp"
#include "http/request_head.hpp"

namespace silaware::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

using ErrorCode = boost::system::error_code;
using Parser = beast_http::request_parser<beast_http::string_body>;

constexpr std::size_t max_buffer = 64 * 1024;
constexpr std::size_t chunks_per_write = 64;
constexpr std::chrono::milliseconds between_reviews{2000};  // of an event stream's right to go on
constexpr std::size_t reviews_at_once = 2;                  // so that they leave the workers to requests
constexpr std::chrono::milliseconds linger_time{1000};
constexpr std::chrono::milliseconds patience_while_draining{1000};
constexpr std::chrono::milliseconds between_pieces{100};

auto reporting_to(ErrorCode& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

constexpr std::string_view last_chunk = "0\r\n\r\n";

std::string chunk_of(const std::string& piece) {
    return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

/// The events of one write. Clients that read in blocks see a chunk when it comes, and bytes that stand in
/// none only once they fill a block.
class EventWrite {
  public:
    EventWrite(Framing framing, std::span<const EventHub::Chunk> events) {
        std::size_t size = 0;
        for (const auto& event : events)
            size += event->size();
        if (framing == Framing::chunked) add(size_line_ = fmt::format("{:x}\r\n", size));
        for (const auto& event : events)
            add(*event);
        if (framing == Framing::chunked) add("\r\n");
    }
    EventWrite(const EventWrite&) = delete;
    EventWrite& operator=(const EventWrite&) = delete;
    const std::vector<asio::const_buffer>& buffers() const { return buffers_; }

  private:
    void add(std::string_view bytes) { buffers_.push_back(asio::buffer(bytes)); }

    std::string size_line_;
    std::vector<asio::const_buffer> buffers_;
};

core::Error parse_failure(const ErrorCode& error) {
    if (error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow)
        return {core::ErrorCode::too_large, "The head of the request is too large.", {}};
    return {core::ErrorCode::invalid, "The request is malformed: " + error.message() + ".", {}};
}

Response busy() {
    return error_response({core::ErrorCode::unavailable, "The server is busy; please try again.", {}});
}

bool is_parse_failure(const ErrorCode& error) {
    return error.category() == beast_http::make_error_code(beast_http::error::bad_method).category() &&
           error != beast_http::error::end_of_stream && error != beast_http::error::partial_message;
}

}  // namespace

struct Connection::Exchange {
    Parser parser;
    Request request;
    std::optional<Admitted> admitted;
    std::optional<Response> response;
    Clock::time_point begun = Clock::now();
    Clock::time_point arrive_by;
    bool keep_alive = true;
    bool http_1_0 = false;
};

Shared::Shared(ServerOptions options_, Router router_, ServerHooks hooks_)
    : options(std::move(options_)),
      router(std::move(router_)),
      hooks(std::move(hooks_)),
      dispatch(options, router, hooks),
      workers(options.workers, options.queue_limit),
      quick_workers(options.quick_workers, options.queue_limit),
      heavy_workers(options.heavy_workers, options.heavy_queue_limit) {}

Connection::Connection(Shared& shared, Socket socket, std::string peer)
    : shared_(shared),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      buffer_(max_buffer),
      wake_(shared.io) {
    shared_.connections.insert(this);
}

Connection::~Connection() {
    shared_.connections.erase(this);
}

void Connection::start() {
    auto self = shared_from_this();
    auto body = [self]() -> asio::awaitable<void> { return self->run(); };
    asio::co_spawn(shared_.io, body, [self](const std::exception_ptr& failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            spdlog::error("http connection of {} failed: {}", self->peer_, error.what());
        }
    });
}

void Connection::close() {
    ErrorCode ignored;
    socket_.close(ignored);
    departed_ = true;
    wake_.cancel();
}

void Connection::drain() {
    if (phase_ == Phase::idle) close();
    if (phase_ == Phase::streaming) wake_.cancel();
    if (phase_ == Phase::receiving || phase_ == Phase::streaming)
        deadline_ = std::min(deadline_, Clock::now() + patience_while_draining);
}

void Connection::sweep(Clock::time_point now) {
    if (now >= deadline_) close();
}

asio::awaitable<void> Connection::run() {
    Next next = Next::another;
    while (next == Next::another) {
        // Here and not in serve_one, so that an idle connection holds no parser.
        bool readable = true;
        if (buffer_.size() == 0) readable = co_await wait_for_bytes();
        if (!readable) break;
        next = co_await serve_one();
    }
    if (!departed_) co_await linger();
    close();
}

// Sends our end and reads what the client still had under way: closing with unread bytes would reset the
// connection and could take the answer with it.
asio::awaitable<void> Connection::linger() {
    ErrorCode error;
    socket_.shutdown(Socket::shutdown_send, error);
    phase_ = Phase::receiving;
    expect_within(linger_time);
    std::array<char, 4096> rest;
    const auto buffer = asio::buffer(rest);
    auto token = reporting_to(error);
    while (!error)
        co_await socket_.async_read_some(buffer, token);
}

asio::awaitable<bool> Connection::wait_for_bytes() {
    phase_ = Phase::idle;
    buffer_ = beast::flat_buffer(max_buffer);
    expect_within(shared_.options.idle_timeout);
    ErrorCode error;
    auto token = reporting_to(error);
    co_await socket_.async_wait(Socket::wait_read, token);
    co_return !error;
}

asio::awaitable<Connection::Next> Connection::serve_one() {
    Exchange exchange;
    const bool understood = co_await receive_head(exchange);
    if (!understood && !exchange.response) co_return Next::finish;
    if (understood) {
        co_await admit(exchange);
        if (exchange.admitted) {
            const bool received = co_await receive_body(exchange);
            if (!received && !exchange.response) co_return Next::finish;
            if (received && !exchange.response) co_await handle(exchange);
        } else if (exchange.request.content_length > 0) {
            exchange.keep_alive = false;
        }
    }
    const Next next = co_await answer(exchange);
    co_return next;
}

// True: the head is in exchange.request. False with a response: refuse with it; without one: the client is
// gone.
asio::awaitable<bool> Connection::receive_head(Exchange& exchange) {
    phase_ = Phase::receiving;
    exchange.arrive_by = Clock::now() + shared_.options.request_timeout;
    deadline_ = exchange.arrive_by;
    auto& parser = exchange.parser;
    parser.header_limit(static_cast<std::uint32_t>(shared_.options.max_head));
    parser.body_limit(boost::none);  // decided in admit, by the Content-Length
    ErrorCode error;
    auto token = reporting_to(error);
    co_await beast_http::async_read_header(socket_, buffer_, parser, token);
    if (error && !is_parse_failure(error)) co_return false;
    exchange.keep_alive = false;
    if (error) {
        exchange.response = error_response(parse_failure(error));
        if (exchange.response->status() == 413) exchange.response->status(431);
        co_return false;
    }
    auto head = read_head(parser.get().base(), peer_, shared_.options.trusted_proxies);
    if (!head) {
        exchange.response = error_response(head.error());
        co_return false;
    }
    static_cast<RequestHead&>(exchange.request) = std::move(*head);
    exchange.http_1_0 = parser.get().version() == 10;
    exchange.keep_alive = parser.keep_alive();
    co_return true;
}

asio::awaitable<void> Connection::admit(Exchange& exchange) {
    phase_ = Phase::working;
    expect_whenever();
    const bool quick = shared_.dispatch.effort_of(exchange.request) == Effort::quick;
    WorkerPool& pool = quick ? shared_.quick_workers : shared_.workers;
    if (!pool.enter_if_room()) {
        exchange.response = busy();
        co_return;
    }
    co_await hop_to(pool);
    auto outcome = shared_.dispatch.admit(exchange.request);
    if (auto* refusal = std::get_if<Response>(&outcome))
        exchange.response = std::move(*refusal);
    else
        exchange.admitted = std::move(std::get<Admitted>(outcome));
    const bool light = exchange.admitted && exchange.admitted->route->effort != Effort::heavy;
    if (light && exchange.request.content_length == 0) {
        exchange.request.context = std::move(exchange.admitted->grant.context);
        exchange.response = shared_.dispatch.handle(*exchange.admitted->route, exchange.request);
    }
    co_await hop_back_from(pool);
}

asio::awaitable<bool> Connection::receive_body(Exchange& exchange) {
    if (exchange.request.content_length == 0) co_return true;
    phase_ = Phase::receiving;
    deadline_ = exchange.arrive_by;
    const auto expectation = exchange.request.header("expect");
    if (expectation && !equals_ignoring_case(*expectation, "100-continue")) {
        exchange.keep_alive = false;
        exchange.response = Response::text("Only 100-continue can be expected.\n", 417);
        co_return false;
    }
    if (expectation && !exchange.http_1_0) {
        const auto go_on = asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n"));
        const bool sent = co_await send(go_on);
        if (!sent) co_return false;
        deadline_ = exchange.arrive_by;
    }
    ErrorCode error;
    auto token = reporting_to(error);
    co_await beast_http::async_read(socket_, buffer_, exchange.parser, token);
    if (error) co_return false;
    exchange.request.body = std::move(exchange.parser.get().body());
    co_return true;
}

asio::awaitable<void> Connection::handle(Exchange& exchange) {
    phase_ = Phase::working;
    expect_whenever();
    WorkerPool* const pool = pool_for(exchange);
    if (pool == nullptr) {
        exchange.response = busy();
        co_return;
    }
    const auto lost_patience = Clock::now() + shared_.options.heavy_patience;
    co_await hop_to(*pool);
    if (pool == &shared_.heavy_workers && Clock::now() >= lost_patience) exchange.request.turned_away = true;
    exchange.request.context = std::move(exchange.admitted->grant.context);
    exchange.response = shared_.dispatch.handle(*exchange.admitted->route, exchange.request);
    co_await hop_back_from(*pool);
}

// Entered; null if all places are taken. Turning somebody away is light work.
WorkerPool* Connection::pool_for(Exchange& exchange) {
    if (exchange.admitted->route->effort == Effort::heavy) {
        if (shared_.heavy_workers.enter_if_room()) return &shared_.heavy_workers;
        exchange.request.turned_away = true;
    }
    return shared_.workers.enter_if_room() ? &shared_.workers : nullptr;
}

// Everything after this runs on a worker, until hop_back_from.
asio::awaitable<void> Connection::hop_to(WorkerPool& pool) {
    auto token = asio::bind_executor(pool.executor(), asio::use_awaitable);
    co_await asio::post(token);
}

asio::awaitable<void> Connection::hop_back_from(WorkerPool& pool) {
    pool.leave();
    auto token = asio::bind_executor(shared_.io.get_executor(), asio::use_awaitable);
    co_await asio::post(token);
}

asio::awaitable<Connection::Next> Connection::answer(Exchange& exchange) {
    phase_ = Phase::sending;
    observe(exchange);
    if (shared_.draining) exchange.keep_alive = false;
    auto& body = exchange.response->body();
    bool sent = true;
    if (auto* events = std::get_if<EventBody>(&body)) {
        const EventBody subscription = std::move(*events);
        co_await send_events(exchange, subscription);
        co_return Next::finish;
    }
    if (auto* stream = std::get_if<StreamBody>(&body)) {
        ChunkSource next = std::move(stream->next);
        const auto framing = exchange.http_1_0 ? Framing::until_close : Framing::chunked;
        sent = co_await send_pieces(exchange, framing, 0, next);
    } else if (auto* file = std::get_if<FileBody>(&body)) {
        const auto size = file->size;
        ChunkSource next = file_pieces(std::move(*file));
        sent = co_await send_pieces(exchange, Framing::length, size, next);
    } else {
        const auto text = exchange.response->body_text();
        sent = co_await send_text(exchange, text);
    }
    // The stop may have come while a long answer was on its way.
    const bool another = sent && exchange.keep_alive && !shared_.draining;
    co_return another ? Next::another : Next::finish;
}

asio::awaitable<bool> Connection::send_text(Exchange& exchange, std::string_view body) {
    const HeadContext context{.framing = Framing::length,
                              .content_length = body.size(),
                              .keep_alive = exchange.keep_alive,
                              .secure = exchange.request.secure};
    const auto head = response_head(*exchange.response, context, core::clock_now());
    if (exchange.request.method == Method::head) body = {};
    std::array<asio::const_buffer, 2> buffers;
    buffers[0] = asio::buffer(head);
    buffers[1] = asio::buffer(body);
    const bool sent = co_await send(buffers);
    co_return sent;
}

asio::awaitable<bool> Connection::send_head(Exchange& exchange, const HeadContext& context) {
    const auto head = response_head(*exchange.response, context, core::clock_now());
    const auto buffer = asio::buffer(head);
    const bool sent = co_await send(buffer);
    co_return sent;
}

// Pulls the next piece only after the one before it has left, so that a slow client slows the source down.
asio::awaitable<bool> Connection::send_pieces(Exchange& exchange, Framing framing, std::size_t length,
                                              ChunkSource& next) {
    if (framing == Framing::until_close) exchange.keep_alive = false;
    watching_ = false;
    const HeadContext context{.framing = framing,
                              .content_length = length,
                              .keep_alive = exchange.keep_alive,
                              .secure = exchange.request.secure};
    bool sent = co_await send_head(exchange, context);
    bool more = exchange.request.method != Method::head;
    while (sent && more) {
        std::string bytes;
        phase_ = Phase::working;
        expect_whenever();
        shared_.workers.enter();
        co_await hop_to(shared_.workers);
        try {
            const auto piece = next();
            more = piece.has_value();
            if (more && !piece->empty()) bytes = framing == Framing::chunked ? chunk_of(*piece) : *piece;
            if (!more && framing == Framing::chunked) bytes = last_chunk;
        } catch (const std::exception& error) {
            spdlog::error("{} {} broke off: {}", name(exchange.request.method), exchange.request.path,
                          error.what());
            sent = more = false;
        }
        if (!more) next = nullptr;
        co_await hop_back_from(shared_.workers);
        if (sent && more && bytes.empty()) co_await pause_for_piece();
        if (departed_) sent = false;
        phase_ = Phase::sending;
        if (!sent || bytes.empty()) continue;
        const auto buffer = asio::buffer(bytes);
        sent = co_await send(buffer);
    }
    if (!sent) close();  // no final chunk: the client must notice
    co_return sent;
}

// A piece is being made: no worker waits for it, and the client may leave meanwhile.
asio::awaitable<void> Connection::pause_for_piece() {
    watch_for_end();
    ErrorCode woken;
    auto token = reporting_to(woken);
    wake_.expires_after(between_pieces);
    co_await wake_.async_wait(token);
}

asio::awaitable<void> Connection::send_events(Exchange& exchange, const EventBody& body) {
    exchange.keep_alive = false;
    const auto framing = exchange.http_1_0 ? Framing::until_close : Framing::chunked;
    const HeadContext context{
        .framing = framing, .content_length = {}, .keep_alive = false, .secure = exchange.request.secure};
    bool sent = co_await send_head(exchange, context);
    if (!sent || exchange.request.method == Method::head || shared_.draining) co_return;

    phase_ = Phase::streaming;
    watch_for_departure();
    EventHub::Subscription subscription(body.hub, waker());
    std::vector<EventHub::Chunk> chunks;
    chunks.push_back(std::make_shared<const std::string>("retry: 3000\n\n" + body.initial));
    const auto heartbeat = std::make_shared<const std::string>(":\n\n");
    auto last_sent = Clock::now();
    auto next_review = last_sent + between_reviews;
    while (sent && !departed_ && !shared_.draining) {
        if (Clock::now() >= next_review) {
            const auto pause = co_await review(exchange);
            if (!pause) break;
            next_review = Clock::now() + *pause;
            continue;
        }
        auto state = EventHub::Subscription::State::current;
        if (chunks.empty()) state = subscription.take(chunks, chunks_per_write);
        if (state == EventHub::Subscription::State::fallen_behind) break;
        if (chunks.empty()) {
            ErrorCode woken;
            auto token = reporting_to(woken);
            wake_.expires_at(std::min(last_sent + shared_.options.heartbeat, next_review));
            expect_whenever();
            co_await wake_.async_wait(token);
            if (woken || Clock::now() < last_sent + shared_.options.heartbeat) continue;
            chunks.push_back(heartbeat);
        }
        const EventWrite write(framing, chunks);
        const auto& buffers = write.buffers();
        sent = co_await send(buffers);
        last_sent = Clock::now();
        chunks.clear();
    }
    if (sent && !departed_ && framing == Framing::chunked) {
        const auto end = asio::buffer(last_chunk);
        co_await send(end);
    }
    close();
}

// The account may be gone or signed out while its stream is open. How long until it is asked again; nothing
// if it is.
asio::awaitable<std::optional<std::chrono::milliseconds>> Connection::review(const Exchange& exchange) {
    if (shared_.reviews >= reviews_at_once) co_return between_reviews / 20;
    ++shared_.reviews;
    shared_.workers.enter();
    co_await hop_to(shared_.workers);
    const bool admitted = shared_.dispatch.still_admits(exchange.request, *exchange.admitted->route);
    co_await hop_back_from(shared_.workers);
    --shared_.reviews;
    if (!admitted) co_return std::nullopt;
    co_return between_reviews;
}

// For any thread, and for longer than the connection lives.
std::function<void()> Connection::waker() {
    return [weak = weak_from_this(), &io = shared_.io] {
        asio::post(io, [weak] {
            if (const auto self = weak.lock()) self->wake_.cancel();
        });
    };
}

// A viewer sends nothing more: whatever can be read means that it left.
void Connection::watch_for_departure() {
    socket_.async_read_some(asio::buffer(departure_byte_),
                            [self = shared_from_this()](const ErrorCode&, std::size_t) {
                                self->departed_ = true;
                                self->wake_.cancel();
                            });
}

// The end of what the client sends means that it left. Bytes may be its next request: they stay where they
// are.
void Connection::watch_for_end() {
    if (std::exchange(watching_, true)) return;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
        if (error) return;
        char next = 0;
        const auto count = ::recv(self->socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
        const bool ended = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
        if (!ended) return;
        self->departed_ = true;
        self->wake_.cancel();
    });
}

template <typename Buffers>
asio::awaitable<bool> Connection::send(const Buffers& buffers) {
    expect_within(shared_.options.write_timeout);
    // Asked after every partial write, which renews the deadline: it counts time without progress.
    const auto progress = [this](const ErrorCode& error, std::size_t) -> std::size_t {
        expect_within(shared_.options.write_timeout);
        return error ? 0 : max_buffer;
    };
    ErrorCode error;
    auto token = reporting_to(error);
    co_await asio::async_write(socket_, buffers, progress, token);
    co_return !error;
}

void Connection::observe(const Exchange& exchange) const {
    if (!shared_.hooks.observe) return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - exchange.begun);
    shared_.hooks.observe(exchange.request, exchange.response->status(), took);
}

}  // namespace silaware::http
