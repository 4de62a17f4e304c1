#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "http/cookie.hpp"

namespace silaware::http {

class EventHub;

/// Gives the next piece of a streamed body, nothing at its end. Called on a worker, one call at a time, and
/// only while the client keeps up; destroyed as soon as the client is gone. An exception aborts the response.
using ChunkSource = std::function<std::optional<std::string>()>;

/// A body bigger than memory, sent chunked.
struct StreamBody {
    ChunkSource next;
};

/// A file sent in pieces; `descriptor` is open for reading and closes with the last owner.
struct FileBody {
    std::shared_ptr<const int> descriptor;
    std::size_t size = 0;
    std::shared_ptr<const void> guard = nullptr;  ///< released when the file was sent or the client is gone
};

/// A Server-Sent Events subscription: `initial` (of `format_event`) first, then whatever the hub publishes.
struct EventBody {
    std::shared_ptr<EventHub> hub;
    std::string initial;
};

using SharedBody = std::shared_ptr<const std::string>;
using Body = std::variant<std::string, SharedBody, FileBody, StreamBody, EventBody>;

enum class AfterOpening { keep, unlink };

/// What a handler answers. The server adds the security headers, Content-Length and `no-cache` (unless a
/// Cache-Control is set), and compresses text.
class Response {
  public:
    explicit Response(int status = 200) : status_(status) {}
    Response(int status, std::string content_type, Body body);

    static Response json(const boost::json::value& value, int status = 200);
    static Response html(std::string page, int status = 200);
    static Response text(std::string text, int status = 200);
    /// 302 by default (303 after a form that must turn into a GET).
    static Response redirect(std::string_view location, int status = 302);
    static Response stream(std::string content_type, ChunkSource next);
    /// Opens `path` at once; `unlink` removes its name at once too, so that a temporary file can't stay
    /// behind. Error `internal` if it can't be opened.
    static core::Result<Response> file(const std::filesystem::path& path, std::string content_type,
                                       AfterOpening after = AfterOpening::keep,
                                       std::shared_ptr<const void> guard = nullptr);
    static Response events(std::shared_ptr<EventHub> hub, std::string initial = {});

    /// Replaces the header. Throws std::invalid_argument if name or value could break out of its line.
    Response& set(std::string_view name, std::string_view value);
    /// Adds a line beside others of the same name.
    Response& add(std::string_view name, std::string_view value);
    Response& set_cookie(const Cookie& cookie);
    /// `Content-Disposition: attachment` with `file_name`, any Unicode.
    Response& attachment(std::string_view file_name);

    int status() const { return status_; }
    Response& status(int status) {
        status_ = status;
        return *this;
    }
    std::optional<std::string> header(std::string_view name) const;
    const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
    const Body& body() const { return body_; }
    Body& body() { return body_; }
    /// The body of a response that is not streamed; empty for the others. For tests and compression.
    std::string_view body_text() const;

  private:
    int status_;
    std::vector<std::pair<std::string, std::string>> headers_;
    Body body_;
};

/// The HTTP status of an error code: the one table.
int status_of(core::ErrorCode code);
/// `{"error","code","fields"}` with the status of its code. `unavailable` and `too_many` carry a
/// Retry-After.
Response error_response(const core::Error& error);
/// The reason phrase of `status` ("Not Found").
std::string_view reason_phrase(int status);

}  // namespace silaware::http
