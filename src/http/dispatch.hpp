#pragma once

#include <variant>

#include "http/server.hpp"

namespace silaware::http {

/// A request whose body may be read.
struct Admitted {
    const Route* route;
    Grant grant;
    std::size_t max_body;
};

/// What happens to a request between its bytes and its answer; runs on workers, knows no sockets, never
/// throws.
class Dispatch {
  public:
    Dispatch(const ServerOptions& options, const Router& router, const ServerHooks& hooks)
        : options_(options), router_(router), hooks_(hooks) {}

    /// Of the route that the request will take.
    Effort effort_of(const RequestHead& head) const noexcept;
    /// Finds the route, fills `head.path_params`, asks `authorize`. The Response refuses (404, 405, 401, 413
    /// …).
    std::variant<Admitted, Response> admit(RequestHead& head) const noexcept;
    /// Asks `authorize` again, for a stream that outlasts the answer of before. What is only out of order for
    /// a moment (5xx) takes nothing back.
    bool still_admits(const RequestHead& head, const Route& route) const noexcept;
    /// Runs the handler.
    Response handle(const Route& route, const Request& request) const noexcept;

  private:
    std::variant<Admitted, Response> find_and_authorize(RequestHead& head) const;
    Response wrong_method(const RequestHead& head, const std::string& allow) const;
    Response render(const RequestHead& head, const core::Error& error) const;
    Response internal_error(const RequestHead& head, std::string_view reason) const noexcept;

    const ServerOptions& options_;
    const Router& router_;
    const ServerHooks& hooks_;
};

}  // namespace silaware::http
