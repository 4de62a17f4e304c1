#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "http/event_stream.hpp"
#include "http/static_files.hpp"
#include "loopback.hpp"

namespace silaware::http {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::LoopbackServer;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

Router answering(Handler handler) {
    Router router;
    router.add(Method::get, "/", Access{}, std::move(handler));
    return router;
}

class Folder {
  public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "silaware-http-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name, std::ios::binary) << text;
        return path / name;
    }
    std::filesystem::path path;
};

TEST(StreamedBody, ArrivesInChunksAndTheConnectionLives) {
    const LoopbackServer server(answering([](const Request&) -> core::Result<Response> {
        return Response::stream("text/csv", [i = 0]() mutable -> std::optional<std::string> {
            return i == 100 ? std::nullopt : std::optional("row" + std::to_string(i++) + "\n");
        });
    }));
    auto client = server.connect();
    for (int round = 0; round < 2; ++round) {
        const auto answer = client.send(get).answer();
        EXPECT_TRUE(answer.complete);
        EXPECT_TRUE(answer.body.starts_with("row0\nrow1\n"));
        EXPECT_TRUE(answer.body.ends_with("row99\n"));
    }
    EXPECT_EQ(client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").answer(true).status, 200);
    EXPECT_TRUE(client.send("GET / HTTP/1.0\r\n\r\n").answer().body.ends_with("row99\n"));
}

TEST(StreamedBody, WaitsForASlowClientAndStopsWhenItLeaves) {
    std::atomic<int> pulled = 0;
    std::weak_ptr<int> alive;
    const LoopbackServer server(answering([&](const Request&) -> core::Result<Response> {
        auto token = std::make_shared<int>(0);
        alive = token;
        return Response::stream("text/csv", [&, token]() -> std::optional<std::string> {
            ++pulled;
            return std::string(100'000, 'x');
        });
    }));
    auto client = server.connect(4096);
    client.send(get).read_until("\r\n\r\n");
    std::this_thread::sleep_for(300ms);
    const int after_filling_buffers = pulled;
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(pulled, after_filling_buffers);
    client.close_now();
    for (int i = 0; i < 100 && !alive.expired(); ++i)
        std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(alive.expired());
}

TEST(StreamedBody, AFailureCutsTheAnswerVisibly) {
    const LoopbackServer server(answering([](const Request&) -> core::Result<Response> {
        return Response::stream("text/csv", [i = 0]() mutable -> std::optional<std::string> {
            if (i++ == 3) throw std::runtime_error("database gone");
            return "row\n";
        });
    }));
    auto client = server.connect();
    EXPECT_FALSE(client.send(get).answer().complete);
}

TEST(FileBody, SendsATemporaryFileAndLeavesNothing) {
    const Folder folder;
    std::string content;
    for (int i = 0; i < 300'000; ++i)
        content += std::to_string(i) + ",";
    const auto path = folder.write("export.xlsx", content);
    std::atomic<bool> released = false;
    const LoopbackServer server(answering([&](const Request&) -> core::Result<Response> {
        const std::shared_ptr<const void> guard(nullptr, [&](const void*) { released = true; });
        auto response = Response::file(path, "application/octet-stream", AfterOpening::unlink, guard);
        if (response) response->attachment("export.xlsx");
        return response;
    }));
    auto client = server.connect();
    const auto answer = client.send(get).answer();
    EXPECT_EQ(answer.body, content);
    EXPECT_FALSE(std::filesystem::exists(path));
    for (int i = 0; i < 100 && !released; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(released);
    EXPECT_EQ(client.send(get).answer().status, 500);
}

TEST(EventStream, FormatsOneEvent) {
    EXPECT_EQ(format_event("reading", "{}"), "event: reading\ndata: {}\n\n");
    EXPECT_EQ(format_event("a\nb", "1\r\n2\n3"), "event: ab\ndata: 1\ndata: 2\ndata: 3\n\n");
}

Router events(const std::shared_ptr<EventHub>& hub) {
    return answering([hub](const Request&) -> core::Result<Response> {
        return Response::events(hub, format_event("hello", "first"));
    });
}

void wait_for_viewers(const EventHub& hub, std::size_t count) {
    for (int i = 0; i < 500 && hub.viewers() != count; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(hub.viewers(), count);
}

TEST(EventStream, ReachesManyViewersInOrder) {
    const auto hub = std::make_shared<EventHub>(1024);
    const LoopbackServer server(events(hub));
    std::vector<Client> viewers;
    for (int i = 0; i < 200; ++i) {
        viewers.push_back(server.connect());
        viewers.back().send("GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: ../7\r\n\r\n");
    }
    wait_for_viewers(*hub, viewers.size());
    for (int i = 0; i < 100; ++i)
        hub->publish("reading", std::to_string(i));
    const std::vector<Event> batch = {{"reading", "100"}, {"reading", "101"}};
    hub->publish(batch);
    for (auto& viewer : viewers) {
        const auto text = viewer.read_until("data: 101\n\n");
        EXPECT_NE(text.find("Content-Type: text/event-stream"), std::string::npos);
        EXPECT_NE(text.find("retry: 3000\n\nevent: hello\ndata: first\n\n"), std::string::npos);
        std::size_t position = 0;
        for (int i = 0; i < 102; ++i) {
            position = text.find("data: " + std::to_string(i) + "\n\n", position);
            ASSERT_NE(position, std::string::npos);
        }
    }
}

TEST(EventStream, BeatsWhileNothingHappens) {
    const auto hub = std::make_shared<EventHub>();
    ServerOptions options;
    options.heartbeat = 50ms;
    const LoopbackServer server(events(hub), {}, options);
    auto viewer = server.connect();
    const std::string beat = "3\r\n:\n\n\r\n";
    EXPECT_TRUE(viewer.send(get).read_until(beat + beat).ends_with(beat + beat));
}

// Many clients read in blocks: they see a chunk at once, but bytes without an end only when a block is full.
TEST(EventStream, EachWriteIsAChunk) {
    const auto hub = std::make_shared<EventHub>();
    const LoopbackServer server(events(hub));
    auto viewer = server.connect();
    viewer.send(get);
    wait_for_viewers(*hub, 1);
    const std::vector<Event> batch = {{"reading", "1"}, {"reading", "2"}};
    hub->publish(batch);
    const auto text = viewer.read_until("data: 2\n\n\r\n");
    EXPECT_TRUE(text.ends_with("\r\n30\r\nevent: reading\ndata: 1\n\nevent: reading\ndata: 2\n\n\r\n"))
        << text;
}

TEST(EventStream, IsWholeWhenTheServerStops) {
    const auto hub = std::make_shared<EventHub>();
    LoopbackServer server(events(hub));
    auto viewer = server.connect();
    viewer.send(get);
    wait_for_viewers(*hub, 1);
    server.server().stop();
    const auto answer = viewer.answer();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body, "retry: 3000\n\nevent: hello\ndata: first\n\n");
}

TEST(EventStream, HasNoChunksForAnOldClient) {
    const auto hub = std::make_shared<EventHub>();
    const LoopbackServer server(events(hub));
    auto viewer = server.connect();
    viewer.send("GET / HTTP/1.0\r\n\r\n");
    wait_for_viewers(*hub, 1);
    hub->publish("reading", "1");
    const auto text = viewer.read_until("data: 1\n\n");
    EXPECT_TRUE(
        text.ends_with("\r\n\r\nretry: 3000\n\nevent: hello\ndata: first\n\nevent: reading\ndata: 1\n\n"));
}

TEST(EventStream, ViewersThatLeaveOrLagAreDropped) {
    const auto hub = std::make_shared<EventHub>(8);
    ServerOptions options;
    options.write_timeout = 500ms;
    const LoopbackServer server(events(hub), {}, options);
    auto leaving = server.connect();
    leaving.send(get);
    auto lagging = server.connect(4096);
    lagging.send(get);
    wait_for_viewers(*hub, 2);
    leaving.close_now();
    wait_for_viewers(*hub, 1);
    for (int i = 0; i < 200 && hub->viewers() > 0; ++i) {
        hub->publish("big", std::string(100'000, 'x'));
        std::this_thread::sleep_for(10ms);
    }
    wait_for_viewers(*hub, 0);
}

TEST(EventStream, EndsSoonAfterItsRightWasTakenBack) {
    const auto hub = std::make_shared<EventHub>();
    std::atomic<int> refusal = 0;
    ServerHooks hooks;
    hooks.authorize = [&](const RequestHead&, const Route&) -> tl::expected<Grant, Response> {
        if (const int status = refusal; status != 0) return tl::unexpected(Response::text("no", status));
        return Grant{};
    };
    const LoopbackServer server(events(hub), hooks);
    auto viewer = server.connect();
    viewer.send(get);
    wait_for_viewers(*hub, 1);
    refusal = 503;  // the database is away for a moment
    EXPECT_FALSE(viewer.send("").closed_within(3s));
    EXPECT_EQ(hub->viewers(), 1u);
    refusal = 401;
    wait_for_viewers(*hub, 0);
}

TEST(EventStream, EndsWhenTheServerStops) {
    const auto hub = std::make_shared<EventHub>();
    LoopbackServer server(events(hub));
    auto viewer = server.connect();
    viewer.send(get);
    wait_for_viewers(*hub, 1);
    const auto begun = std::chrono::steady_clock::now();
    server.server().stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
    EXPECT_TRUE(viewer.closed_within(1s));
    hub->publish("reading", "nobody");
}

TEST(EventStream, AViewerThatReadsNothingHoldsUpNoStop) {
    const auto hub = std::make_shared<EventHub>();
    ServerOptions options;
    options.write_timeout = 60s;
    LoopbackServer server(events(hub), {}, options);
    auto viewer = server.connect(4096);
    viewer.send(get);
    wait_for_viewers(*hub, 1);
    for (int i = 0; i < 200; ++i)
        hub->publish("big", std::string(100'000, 'x'));
    const auto begun = std::chrono::steady_clock::now();
    server.server().stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    EXPECT_EQ(hub->viewers(), 0u);
}

TEST(EventStream, ManyPublishersAndViewersDoNotDisturbEachOther) {
    const auto hub = std::make_shared<EventHub>(10'000);
    const LoopbackServer server(events(hub));
    auto constant = server.connect();
    constant.send(get);
    wait_for_viewers(*hub, 1);
    std::vector<std::thread> publishers;
    for (int t = 0; t < 3; ++t)
        publishers.emplace_back([&] {
            for (int i = 0; i < 500; ++i)
                hub->publish("tick", "1");
        });
    for (int i = 0; i < 50; ++i)
        server.connect().send(get).close_now();
    for (auto& publisher : publishers)
        publisher.join();
    hub->publish("last", "end");
    const auto text = constant.read_until("data: end\n\n", 10s);
    std::size_t ticks = 0;
    for (auto at = text.find("tick"); at != std::string::npos; at = text.find("tick", at + 1))
        ++ticks;
    EXPECT_EQ(ticks, 1500U);
}

TEST(StaticFiles, ServesTheManifestAndNothingElse) {
    const Folder folder;
    folder.write("manifest.json", R"({"css/app.css":"css/app.abc.css"})");
    folder.write("css/app.abc.css", "body{}");
    folder.write("css/app.abc.css.gz", "packed");
    folder.write("secret.txt", "secret");
    auto files = StaticFiles::load(folder.path);
    ASSERT_TRUE(files) << files.error().message;
    Router router;
    router.add(Method::get, "/static/{path*}", Access{},
               [&](const Request& request) { return files->serve(request); });
    const LoopbackServer server(std::move(router));
    const auto plain = server.get("/static/css/app.abc.css");
    EXPECT_EQ(plain.body, "body{}");
    EXPECT_EQ(plain.header("Content-Type"), "text/css; charset=utf-8");
    EXPECT_EQ(plain.header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(plain.header("X-Content-Type-Options"), "nosniff");
    const auto packed = server.get("/static/css/app.abc.css", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(packed.body, "packed");
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    for (const auto* path :
         {"/static/secret.txt", "/static/manifest.json", "/static/css/app.css", "/static/css"})
        EXPECT_EQ(server.get(path).status, 404) << path;
    EXPECT_EQ(server.get("/static/../secret.txt").status, 400);
}

TEST(StaticFiles, NamesWhatIsMissing) {
    const Folder folder;
    EXPECT_FALSE(StaticFiles::load(folder.path));
    folder.write("manifest.json", R"({"a.js":"a.1.js"})");
    const auto files = StaticFiles::load(folder.path);
    ASSERT_FALSE(files);
    EXPECT_NE(files.error().message.find("a.1.js"), std::string::npos);
}

}  // namespace
}  // namespace silaware::http
