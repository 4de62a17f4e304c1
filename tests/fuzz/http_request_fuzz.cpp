// A request head as the connection reads it: Beast's parser under the server's limits, then our own checks.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/request.hpp"
#include "http/request_head.hpp"
#include "http/router.hpp"

using namespace silaware;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    boost::beast::http::request_parser<boost::beast::http::string_body> parser;
    parser.header_limit(16 * 1024);
    parser.body_limit(64 * 1024);
    boost::system::error_code error;
    parser.eager(true);
    parser.put(boost::asio::buffer(data, size), error);
    if (!parser.is_header_done()) return 0;
    static const auto proxies = http::TrustedProxies::loopback_and_unix();
    const auto head = http::read_head(parser.get().base(), "127.0.0.1", proxies);
    if (!head) return 0;
    const bool climbs = head->path.find("/../") != std::string::npos || head->path.ends_with("/..");
    if (climbs || head->path.find('\0') != std::string::npos) __builtin_trap();
    if (head->path != "*" && head->path.front() != '/') __builtin_trap();

    http::Request request;
    static_cast<http::RequestHead&>(request) = *head;
    request.body = parser.get().body();
    (void)request.wants_json();
    (void)request.accepts_html();
    (void)request.bearer_token();
    (void)request.form();
    (void)request.json();
    (void)request.input();
    return 0;
}
