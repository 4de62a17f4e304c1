#include <thread>

#include <gtest/gtest.h>

#include "loopback.hpp"

namespace silaware::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using test::Client;
using test::LoopbackServer;
using test::says;

Router small() {
    Router router;
    router.add(Method::get, "/", Access{}, says("root"));
    router.add(Method::post, "/", Access{},
               [](const Request& request) -> core::Result<Response> { return Response::text(request.body); });
    return router;
}

ServerOptions impatient() {
    ServerOptions options;
    options.request_timeout = 300ms;
    options.idle_timeout = 500ms;
    options.write_timeout = 500ms;
    return options;
}

void expect_refused(const LoopbackServer& server, std::string_view request, int status = 400) {
    auto client = server.connect();
    const auto answer = client.send(request).answer();
    EXPECT_EQ(answer.status, status) << request.substr(0, 200);
    EXPECT_EQ(answer.header("X-Frame-Options"), "SAMEORIGIN");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.closed_within(3s));
}

TEST(HostileClient, SmugglingIsRefused) {
    const LoopbackServer server(small());
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    expect_refused(server, post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    expect_refused(server, post + "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx");
    expect_refused(server, post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    expect_refused(server, post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n");
    expect_refused(server, post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx");
    expect_refused(server, post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx");
    expect_refused(server, post + "Content-Length: 1, 1\r\n\r\nx");
    expect_refused(server, post + "Content-Length: -1\r\n\r\nx");
    expect_refused(server, post + "Content-Length: +1\r\n\r\nx");
    expect_refused(server, post + "Content-Length: 0x1\r\n\r\nx");
    expect_refused(server, post + "Content-Length: 99999999999999999999999\r\n\r\nx");
    expect_refused(server, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
}

TEST(HostileClient, MalformedHeadsAreRefused) {
    const LoopbackServer server(small());
    expect_refused(server, "GET / HTTP/1.1\r\n\r\n");
    expect_refused(server, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
    expect_refused(server, "GET / HTTP/1.1\r\nHost:\r\n\r\n");
    expect_refused(server, "GET / HTTP/2.0\r\nHost: x\r\n\r\n");
    expect_refused(server, "GET / HTTP/1.1\nHost: x\n\n");
    expect_refused(server, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_refused(server, "GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n");
    expect_refused(server, "GET / HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n");
    expect_refused(server, "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"sv);
    expect_refused(server, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello TLS\r\n\r\n");
    expect_refused(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    expect_refused(server, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n");
    for (const auto* path :
         {"/../../etc/passwd", "/%2e%2e/x", "/a%2f..%2fb", "/%00", "/a\\..\\b", "/%0d%0aSet-Cookie:x"})
        expect_refused(server, "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST(HostileClient, HugeHeadsAreRefused) {
    const LoopbackServer server(small());
    const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n";
    expect_refused(server, get + "A: " + std::string(17000, 'a') + "\r\n\r\n", 431);
    expect_refused(server, "GET /" + std::string(100000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431);
    std::string many = get;
    for (int i = 0; i < 5000; ++i)
        many += "A" + std::to_string(i) + ": b\r\n";
    expect_refused(server, many + "\r\n", 431);
    auto client = server.connect();
    EXPECT_EQ(client.send(get + "A: " + std::string(15000, 'a') + "\r\n\r\n").answer().status, 200);
}

TEST(HostileClient, SlowRequestsAreDropped) {
    const LoopbackServer server(small(), {}, impatient());
    auto body = server.connect();
    body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    auto head = server.connect();
    head.send("GET / HTTP/1.1\r\nHost: x\r\n");
    bool dropped = false;
    for (int i = 0; i < 1000 && !dropped; ++i) {  // each byte comes well within any timeout
        head.send("A: b\r\n");
        dropped = head.closed_within(20ms);
    }
    EXPECT_TRUE(dropped);
    EXPECT_TRUE(body.closed_within(10s));
    EXPECT_EQ(server.get("/").body, "root");
}

TEST(HostileClient, IdleConnectionsAreClosedAfterAWhile) {
    const LoopbackServer server(small(), {}, impatient());
    auto client = server.connect();
    EXPECT_EQ(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().body, "root");
    EXPECT_FALSE(client.closed_within(200ms));
    EXPECT_TRUE(client.closed_within(2s));
}

TEST(HostileClient, OneThatNeverReadsIsDropped) {
    std::weak_ptr<int> alive;
    Router router;
    router.add(Method::get, "/", Access{}, [&](const Request&) -> core::Result<Response> {
        auto token = std::make_shared<int>(0);
        alive = token;
        return Response::stream("text/csv", [token] { return std::optional(std::string(100'000, 'x')); });
    });
    const LoopbackServer server(std::move(router), {}, impatient());
    auto client = server.connect(4096);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("\r\n\r\n");
    EXPECT_FALSE(alive.expired());
    for (int i = 0; i < 100 && !alive.expired(); ++i)
        std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(alive.expired());
}

TEST(HostileClient, OneThatUploadsTooMuchStillReadsTheRefusal) {
    const LoopbackServer server(small());
    for (int i = 0; i < 20; ++i) {
        auto client = server.connect();
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
        client.send(std::string(1'000'000, 'x'));
        EXPECT_EQ(client.answer().status, 413);
    }
}

TEST(HostileClient, GarbageAtEveryLengthDoesNoHarm) {
    const LoopbackServer server(small(), {}, impatient());
    const std::string good =
        "POST /?a=%20b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nCookie: a=b\r\n\r\nabc";
    for (std::size_t i = 1; i < good.size(); ++i) {
        auto client = server.connect();
        client.send(good.substr(0, i));
        client.close_now();
        auto mangled = good;
        mangled[i] = static_cast<char>(mangled[i] ^ 0x80);
        server.connect().send(mangled).end_sending();
    }
    EXPECT_EQ(server.get("/").body, "root");
}

TEST(HostileClient, ThousandsOfIdleConnectionsCostLittle) {
    raise_descriptor_limit();
    const LoopbackServer server(small());
    std::vector<Client> idle;
    for (int i = 0; i < 2000; ++i)
        idle.push_back(server.connect());
    EXPECT_EQ(server.get("/").body, "root");
    EXPECT_EQ(idle.front().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().body, "root");
    EXPECT_EQ(idle.back().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().body, "root");
}

TEST(HostileClient, BeyondTheConnectionLimitOneWaits) {
    ServerOptions options;
    options.max_connections = 2;
    const LoopbackServer server(small(), {}, options);
    auto first = server.connect();
    auto second = server.connect();
    EXPECT_EQ(second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().status, 200);
    auto third = server.connect();
    third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(third.read_until("root", 300ms), "");
    first.close_now();
    EXPECT_EQ(third.answer().status, 200);
}

TEST(HostileClient, HeadersCannotBeInjectedByAnAnswer) {
    Response response;
    EXPECT_THROW(response.set("Location", "/a\r\nSet-Cookie: x=y"), std::invalid_argument);
    EXPECT_THROW(response.set("A: b\r\nC", "d"), std::invalid_argument);
    EXPECT_THROW(Response::redirect("/\n"), std::invalid_argument);
    response.attachment("a\"\r\nB: \xC3\xA9.csv");
    EXPECT_EQ(response.header("Content-Disposition"),
              "attachment; filename=\"a___B: __.csv\"; filename*=UTF-8''a%22%0D%0AB%3A%20%C3%A9.csv");
}

}  // namespace
}  // namespace silaware::http
