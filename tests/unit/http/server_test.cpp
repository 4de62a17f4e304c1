#include "http/server.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loopback.hpp"

namespace silaware::http {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::LoopbackServer;
using test::says;

Router echo() {
    Router router;
    router.add(Method::get, "/", Access{}, says("root"));
    router.add(Method::get, "/hello/{name}", Access{}, [](const Request& request) -> core::Result<Response> {
        return Response::text(*request.param("name") + "|" + request.query("q").value_or("-") + "|" +
                              request.client_address);
    });
    router.add(Method::post, "/echo", Access{},
               [](const Request& request) -> core::Result<Response> { return Response::text(request.body); });
    router.add(Method::get, "/fail", Access{}, [](const Request&) -> core::Result<Response> {
        return core::fail(core::Error{core::ErrorCode::invalid, "No.", {{"name", "Too short."}}});
    });
    router.add(Method::get, "/throw", Access{},
               [](const Request&) -> core::Result<Response> { throw std::runtime_error("secret detail"); });
    router.add(Method::get, "/big", Access{}, [](const Request&) -> core::Result<Response> {
        return Response::json(boost::json::array(500, boost::json::value("abcdefgh")));
    });
    return router;
}

void expect_common_headers(const Client::Answer& answer) {
    EXPECT_EQ(answer.header("X-Frame-Options"), "SAMEORIGIN");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("X-XSS-Protection"), "1; mode=block");
    EXPECT_TRUE(answer.has("Referrer-Policy"));
    EXPECT_NE(answer.header("Content-Security-Policy").find("script-src 'self';"), std::string::npos);
    EXPECT_EQ(answer.header("Cache-Control"), "no-cache, no-store, must-revalidate, max-age=0");
    EXPECT_TRUE(answer.has("Date"));
}

TEST(Server, RoutesAndDecodes) {
    const LoopbackServer server(echo());
    const auto answer = server.get("/hello/J%C3%BCrgen?q=a+b");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "Jürgen|a b|127.0.0.1");
    expect_common_headers(answer);
    EXPECT_FALSE(answer.has("Strict-Transport-Security"));
}

TEST(Server, AnswersErrorsInTheirForm) {
    const LoopbackServer server(echo());
    const auto failed = server.get("/fail");
    EXPECT_EQ(failed.status, 400);
    EXPECT_EQ(failed.body, R"({"error":"No.","code":"invalid","fields":{"name":"Too short."}})");
    const auto thrown = server.get("/throw");
    EXPECT_EQ(thrown.status, 500);
    EXPECT_EQ(thrown.body.find("secret"), std::string::npos);
    const auto missing = server.get("/none");
    EXPECT_EQ(missing.status, 404);
    EXPECT_TRUE(missing.body.ends_with(R"("code":"not_found","fields":{}})")) << missing.body;
    expect_common_headers(missing);
    const auto malformed = server.get("/../etc/passwd");
    EXPECT_EQ(malformed.status, 400);
    expect_common_headers(malformed);
}

TEST(Server, HeadIsGetWithoutABody) {
    const LoopbackServer server(echo());
    auto client = server.connect();
    const auto head = client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").answer(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("Content-Length"), "4");
    EXPECT_EQ(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().body, "root");
}

TEST(Server, WrongMethodIsToldWhichAreRight) {
    const LoopbackServer server(echo());
    auto client = server.connect();
    const auto wrong = client.send("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n").answer();
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, OPTIONS");
    const auto options = client.send("OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n").answer();
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("Allow"), "POST, OPTIONS");
    EXPECT_EQ(client.send("BREW / HTTP/1.1\r\nHost: x\r\n\r\n").answer().status, 405);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    const LoopbackServer server(echo());
    auto client = server.connect();
    std::string burst;
    for (int i = 0; i < 50; ++i) {
        burst += "GET /hello/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
        burst += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    }
    client.send(burst);
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(client.answer().body, std::to_string(i) + "|-|127.0.0.1");
        EXPECT_EQ(client.answer().body, "abc");
    }
}

TEST(Server, TakesARequestByteByByte) {
    const LoopbackServer server(echo());
    auto client = server.connect();
    for (const char c : std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"))
        client.send(std::string(1, c));
    EXPECT_EQ(client.answer().body, "hello");
}

TEST(Server, SpeaksHttp10) {
    const LoopbackServer server(echo());
    auto client = server.connect();
    EXPECT_EQ(client.send("GET / HTTP/1.0\r\n\r\n").answer().body, "root");
    EXPECT_TRUE(client.closed_within(2s));
}

TEST(Server, ClosesWhenAsked) {
    const LoopbackServer server(echo());
    auto client = server.connect();
    const auto answer = client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").answer();
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.closed_within(2s));
}

TEST(Server, CompressesTextForThoseWhoTakeIt) {
    const LoopbackServer server(echo());
    const auto packed = server.get("/big", "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_LT(packed.body.size(), 1000U);
    EXPECT_EQ(packed.body.substr(0, 2), "\x1f\x8b");
    const auto plain = server.get("/big");
    EXPECT_FALSE(plain.has("Content-Encoding"));
    EXPECT_GT(plain.body.size(), 5000U);
    EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
}

TEST(Server, AuthorisesBeforeTheBody) {
    ServerHooks hooks;
    std::atomic<int> handled = 0;
    hooks.authorize = [](const RequestHead& head, const Route& route) -> tl::expected<Grant, Response> {
        if (route.access == Access{1} && head.bearer_token() != "good")
            return tl::unexpected(error_response({core::ErrorCode::unauthorized, "Sign in.", {}}));
        return Grant{std::string("admin"), route.access == Access{1}};
    };
    Router router;
    router.add(Method::post, "/members", Access{1}, [&](const Request& request) -> core::Result<Response> {
        ++handled;
        return Response::text(*request.context_as<std::string>() + std::to_string(request.body.size()));
    });
    router.add(Method::post, "/open", Access{0}, [&](const Request&) -> core::Result<Response> {
        ++handled;
        return Response::text("open");
    });
    const LoopbackServer server(std::move(router), hooks);
    const auto post = [&](std::string_view path, std::size_t size, std::string_view headers) {
        return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
               "Content-Length: " + std::to_string(size) + "\r\n\r\n";
    };
    auto stranger = server.connect();
    EXPECT_EQ(stranger.send(post("/members", 100, "")).answer().status, 401);
    EXPECT_TRUE(stranger.closed_within(3s));
    EXPECT_EQ(server.connect().send(post("/open", 65537, "")).answer().status, 413);
    EXPECT_EQ(
        server.connect().send(post("/members", 1048577, "Authorization: Bearer good\r\n")).answer().status,
        413);
    EXPECT_EQ(server.connect().send(post("/open", 9000000000000000000, "")).answer().status, 413);
    EXPECT_EQ(handled, 0);
    auto member = server.connect();
    member.send(post("/members", 1048576, "Authorization: bearer good\r\nExpect: 100-continue\r\n"));
    EXPECT_EQ(member.answer().status, 100);
    EXPECT_EQ(member.send(std::string(1048576, 'x')).answer().body, "admin1048576");
    EXPECT_EQ(server.connect().send(post("/open", 65536, "") + std::string(65536, 'y')).answer().body,
              "open");
}

TEST(Server, BelievesTrustedProxiesOnly) {
    Router router;
    router.add(Method::get, "/", Access{}, [](const Request& request) -> core::Result<Response> {
        return Response::text(request.client_address + (request.secure ? " tls" : " plain"));
    });
    const std::string forwarded = "X-Forwarded-For: 6.6.6.6, 203.0.113.7\r\nX-Forwarded-Proto: https\r\n";
    const LoopbackServer trusting(router);
    const auto behind = trusting.get("/", forwarded);
    EXPECT_EQ(behind.body, "203.0.113.7 tls");
    EXPECT_TRUE(behind.has("Strict-Transport-Security"));
    ServerOptions options;
    options.trusted_proxies = *TrustedProxies::parse("10.0.0.1");
    const LoopbackServer wary(router, {}, options);
    EXPECT_EQ(wary.get("/", forwarded).body, "127.0.0.1 plain");
}

TEST(Server, ListensOnAUnixSocket) {
    const auto path =
        std::filesystem::temp_directory_path() / ("silaware-http-" + std::to_string(::getpid()));
    const auto options = [&] {
        ServerOptions made;
        made.host.reset();
        made.socket = path;
        return made;
    }();
    {
        Server server(options, echo());
        ASSERT_TRUE(server.start());
        EXPECT_EQ(server.port(), 0);
        Server second(options, echo());
        EXPECT_FALSE(second.start());
        auto client = Client::unix_socket(path);
        EXPECT_EQ(client.send("GET /hello/a HTTP/1.1\r\nHost: x\r\n\r\n").answer().body, "a|-|unix");
        struct stat about{};
        ASSERT_EQ(::stat(path.c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 0777U, 0660U);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Server, SaysWhichAddressIsTaken) {
    LoopbackServer first(echo());
    ServerOptions options;
    options.port = first.server().port();
    Server second(options, echo());
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find(std::to_string(options.port)), std::string::npos);
}

/// A handler that waits for `release`; one that is turned away says so.
Handler waits_for(const std::atomic<bool>& release, std::atomic<int>& entered) {
    return [&](const Request& request) -> core::Result<Response> {
        if (request.turned_away) return Response::text("turned away", 503);
        ++entered;
        while (!release)
            std::this_thread::sleep_for(5ms);
        return Response::text("done");
    };
}

void wait_until(const std::function<bool()>& condition) {
    while (!condition())
        std::this_thread::sleep_for(1ms);
}

TEST(Server, FullQueueAnswersBusyAtOnce) {
    std::atomic<bool> release = false;
    std::atomic<int> entered = 0;
    std::atomic<int> refused = 0;
    Router router;
    router.add(Method::get, "/slow", Access{}, waits_for(release, entered));
    ServerHooks hooks;
    hooks.observe = [&](const RequestHead&, int status, std::chrono::microseconds) {
        if (status == 503) ++refused;
    };
    ServerOptions options;
    options.workers = 1;
    options.queue_limit = 2;
    const LoopbackServer server(std::move(router), hooks, options);
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(server.connect());
        clients.back().send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    wait_until([&] { return refused == 2; });
    release = true;
    std::map<int, int> answers;
    for (auto& client : clients) {
        const auto answer = client.answer();
        ++answers[answer.status];
        if (answer.status != 503) continue;
        EXPECT_TRUE(answer.has("Retry-After"));
        expect_common_headers(answer);
    }
    EXPECT_EQ(answers, (std::map<int, int>{{200, 3}, {503, 2}}));
}

Router heavy(const std::atomic<bool>& release, std::atomic<int>& entered) {
    Router router = echo();
    router.add({.method = Method::post,
                .pattern = "/heavy",
                .handler = waits_for(release, entered),
                .effort = Effort::heavy});
    return router;
}
constexpr std::string_view post_heavy = "POST /heavy HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";

TEST(Server, HeavyHandlersLeaveTheWorkersToOthers) {
    std::atomic<bool> release = false;
    std::atomic<int> entered = 0;
    ServerOptions options;
    options.workers = 1;
    options.heavy_patience = 1h;
    const LoopbackServer server(heavy(release, entered), {}, options);
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(server.connect());
        clients.back().send(post_heavy);
    }
    wait_until([&] { return entered == 2; });
    EXPECT_EQ(server.get("/").body, "root");
    EXPECT_EQ(entered, 2);
    release = true;
    for (auto& client : clients)
        EXPECT_EQ(client.answer().body, "done");
}

TEST(Server, HeavyHandlersAreQueuedWithoutABodyToo) {
    std::atomic<bool> release = true;
    std::atomic<int> entered = 0;
    ServerOptions options;
    options.heavy_patience = 0ms;  // so that it shows where it ran
    const LoopbackServer server(heavy(release, entered), {}, options);
    auto client = server.connect();
    client.send("POST /heavy HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.answer().body, "turned away");
}

TEST(Server, WhoFindsNoPlaceForAHeavyHandlerIsTurnedAway) {
    std::atomic<bool> release = false;
    std::atomic<int> entered = 0;
    ServerOptions options;
    options.heavy_workers = 1;
    options.heavy_queue_limit = 0;
    options.heavy_patience = 1h;
    const LoopbackServer server(heavy(release, entered), {}, options);
    auto first = server.connect();
    first.send(post_heavy);
    wait_until([&] { return entered == 1; });
    EXPECT_EQ(server.connect().send(post_heavy).answer().body, "turned away");
    release = true;
    EXPECT_EQ(first.answer().body, "done");
}

TEST(Server, WhoWaitsTooLongForAHeavyHandlerIsTurnedAway) {
    std::atomic<bool> release = true;
    std::atomic<int> entered = 0;
    ServerOptions options;
    options.heavy_patience = 0ms;
    const LoopbackServer server(heavy(release, entered), {}, options);
    EXPECT_EQ(server.connect().send(post_heavy).answer().body, "turned away");
}

TEST(Server, QuickHandlersDontWaitForTheOthers) {
    std::atomic<bool> release = false;
    std::atomic<bool> entered = false;
    Router router;
    router.add(Method::get, "/slow", Access{}, [&](const Request&) -> core::Result<Response> {
        entered = true;
        while (!release)
            std::this_thread::sleep_for(5ms);
        return Response::text("done");
    });
    router.add({.pattern = "/health", .handler = says("well"), .effort = Effort::quick});
    ServerOptions options;
    options.workers = 1;
    options.queue_limit = 0;
    const LoopbackServer server(std::move(router), {}, options);
    auto waiting = server.connect();
    waiting.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!entered)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(server.get("/slow").status, 503);
    EXPECT_EQ(server.get("/health").body, "well");
    release = true;
    EXPECT_EQ(waiting.answer().body, "done");
}

TEST(Server, StopLetsRequestsInFlightFinish) {
    std::atomic<bool> entered = false;
    Router router;
    router.add(Method::get, "/slow", Access{}, [&](const Request&) -> core::Result<Response> {
        entered = true;
        std::this_thread::sleep_for(300ms);
        return Response::text("done");
    });
    LoopbackServer server(std::move(router));
    auto idle = server.connect();
    auto busy = server.connect();
    busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!entered)
        std::this_thread::sleep_for(5ms);
    std::thread stopper([&] { server.server().stop(); });
    const auto answer = busy.answer();
    EXPECT_EQ(answer.body, "done");
    EXPECT_EQ(answer.header("Connection"), "close");
    busy.close_now();
    stopper.join();
    EXPECT_TRUE(idle.closed_within(1s));
    EXPECT_THROW(server.connect(), std::system_error);
}

TEST(Server, StopClosesBehindALongAnswer) {
    std::atomic<bool> entered = false;
    std::atomic<bool> go_on = false;
    Router router;
    router.add(Method::get, "/export", Access{}, [&](const Request&) -> core::Result<Response> {
        return Response::stream("text/csv", [&, i = 0]() mutable -> std::optional<std::string> {
            entered = true;
            while (i == 1 && !go_on)
                std::this_thread::sleep_for(5ms);
            return i++ < 3 ? std::optional<std::string>("row\n") : std::nullopt;
        });
    });
    LoopbackServer server(std::move(router));
    auto client = server.connect();
    client.send("GET /export HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!entered)
        std::this_thread::sleep_for(5ms);
    std::thread stopper([&] { server.server().stop(); });
    std::this_thread::sleep_for(100ms);
    go_on = true;
    EXPECT_EQ(client.answer().body, "row\nrow\nrow\n");
    EXPECT_TRUE(client.closed_within(1s));
    client.close_now();
    stopper.join();
}

TEST(Server, StopsCleanlyUnderTraffic) {
    for (int round = 0; round < 5; ++round) {
        LoopbackServer server(echo());
        std::atomic<bool> over = false;
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i)
            clients.emplace_back([&] {
                while (!over) {
                    try {
                        auto client = server.connect();
                        for (int j = 0; j < 20 && !over; ++j)
                            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
                                .answer();
                    } catch (const std::system_error&) {
                        over = true;
                    }
                }
            });
        std::this_thread::sleep_for(100ms);
        server.server().stop();
        for (auto& client : clients)
            client.join();
    }
}

TEST(Server, TellsTheObserver) {
    ServerHooks hooks;
    std::atomic<int> seen = 0;
    hooks.observe = [&](const RequestHead& head, int status, std::chrono::microseconds took) {
        if (head.path == "/" && status == 200 && took.count() >= 0) ++seen;
    };
    const LoopbackServer server(echo(), hooks);
    EXPECT_EQ(server.get("/").status, 200);
    EXPECT_EQ(seen, 1);
}

TEST(Server, RendersErrorsByTheHook) {
    ServerHooks hooks;
    hooks.render_error = [](const RequestHead&, const core::Error& error) {
        return Response::html("<h1>" + error.message + "</h1>", status_of(error.code));
    };
    const LoopbackServer server(echo(), hooks);
    EXPECT_EQ(server.get("/fail").body, "<h1>No.</h1>");
    EXPECT_EQ(server.get("/none").status, 404);
    EXPECT_EQ(server.get("/throw").status, 500);
}

}  // namespace
}  // namespace silaware::http
