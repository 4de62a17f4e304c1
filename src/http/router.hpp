#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace silaware::http {

/// Plain synchronous, runs on a worker thread; many run at once.
using Handler = std::function<core::Result<Response>(const Request&)>;

/// Who may use a route. The room that registers routes gives the numbers their meaning.
enum class Access : int {};

/// What a handler costs. A heavy one takes the processor for long (hashing a password): it has workers of its
/// own, so that many of them at once leave the others to everybody else. A quick one waits for nothing for
/// long; it has workers of its own too, so that it is answered whatever the others wait for.
enum class Effort { quick, light, heavy };

struct Route {
    Method method = Method::get;
    std::string pattern;  ///< "/login/devices/{id}"; "{name*}" at the end takes the rest
    Access access{};
    Handler handler;
    std::size_t max_body = std::size_t{1} << 20;  ///< bytes; also bounded by ServerOptions::max_body
    Effort effort = Effort::light;
};

struct Match {
    const Route* route = nullptr;
    Params path_params;
};
struct NoSuchPath {};
struct WrongMethod {
    std::string allow;  ///< value of the Allow header
};

/// The table of all routes.
class Router {
  public:
    /// Throws std::logic_error for a malformed pattern or one that is registered already.
    void add(Route route);
    void add(Method method, std::string pattern, Access access, Handler handler);

    /// In the order of registration; stable addresses are not promised until all are added.
    const std::vector<Route>& routes() const { return routes_; }
    /// The most literal route for a normalised path. HEAD finds the GET route.
    std::variant<Match, NoSuchPath, WrongMethod> find(Method method, std::string_view path) const;

  private:
    std::vector<Route> routes_;
    std::vector<std::vector<std::string>> segments_;  // of routes_[i].pattern
};

}  // namespace silaware::http
