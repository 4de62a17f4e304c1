#pragma once

#include <any>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"

namespace silaware::http {

enum class Method { get, head, post, put, patch, del, options, other };

/// "GET", "DELETE"; of `other` "OTHER".
std::string_view name(Method method);

/// Name and value pairs in the order they were sent; a name may occur more than once.
class Params {
  public:
    Params() = default;
    explicit Params(std::vector<std::pair<std::string, std::string>> items) : items_(std::move(items)) {}

    void add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }
    /// The first value of `name`, names compared exactly.
    std::optional<std::string> find(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

  private:
    std::vector<std::pair<std::string, std::string>> items_;
};

/// All that is known of a request before its body is read; what `authorize` decides upon.
struct RequestHead {
    Method method = Method::get;
    std::string target;          ///< as sent: "/login/devices?page=2"
    std::string path;            ///< decoded, normalised: no "..", no "//", no slash at the end (but "/")
    Params query_params;         ///< decoded
    Params path_params;          ///< `{id}` of the route's pattern, decoded
    Params header_fields;        ///< names in lower case
    Params cookies;              ///< as sent, quotes removed
    std::string client_address;  ///< of the client, behind trusted proxies too; "unix" if a Unix socket's
                                 ///< peer said none
    bool secure = false;         ///< the client's own connection is TLS, by the word of a trusted proxy
    std::size_t content_length = 0;

    std::optional<std::string> query(std::string_view name) const { return query_params.find(name); }
    std::optional<std::string> param(std::string_view name) const { return path_params.find(name); }
    std::optional<std::string> cookie(std::string_view name) const { return cookies.find(name); }
    /// The value of header `name`, compared without case; of several lines the first.
    std::optional<std::string> header(std::string_view name) const;
    /// The token of `Authorization: Bearer …`; an empty one if the header is there but malformed.
    std::optional<std::string> bearer_token() const;
    /// The client asked for JSON: `Accept: application/json` or `X-Requested-With`.
    bool wants_json() const;
    /// `Accept` names `text/html`: a person's browser is navigating.
    bool accepts_html() const;
    /// Content-Type without parameters, in lower case; empty if none was sent.
    std::string content_type() const;
};

/// A whole request, as a handler sees it.
struct Request : RequestHead {
    std::string body;
    std::any context;  ///< what `authorize` granted; read it with `context_as<T>()`
    /// No worker for heavy handlers was free in time: the handler says so, and does nothing else.
    bool turned_away = false;

    template <typename T>
    const T* context_as() const {
        return std::any_cast<T>(&context);
    }

    /// The fields of an `application/x-www-form-urlencoded` body; error `invalid` for another type or a
    /// malformed one.
    core::Result<Params> form() const;
    /// The JSON body (type `application/json`, nested at most 32 deep); error `invalid` says what is wrong.
    core::Result<boost::json::value> json() const;
    /// A JSON object, or a form as an object of strings; an empty body is an empty object. For handlers that
    /// take both.
    core::Result<boost::json::object> input() const;
};

}  // namespace silaware::http
