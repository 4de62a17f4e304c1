#pragma once

#include <string_view>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "core/error.hpp"
#include "http/request.hpp"
#include "http/trusted_proxies.hpp"

namespace silaware::http {

using RawHead = boost::beast::http::header<true, boost::beast::http::fields>;

/// A parsed head as the rest of the program sees it. Refuses (error `invalid`) what two servers in a row
/// could read differently: any Transfer-Encoding, more than one Host or Content-Length, no Host in HTTP/1.1,
/// control characters. `peer` is the address of the connection, "unix" for a Unix socket.
core::Result<RequestHead> read_head(const RawHead& raw, std::string_view peer, const TrustedProxies& proxies);

}  // namespace silaware::http
