#include "http/passenger.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <boost/json/value.hpp>

#include "http/json.hpp"

namespace silaware::http {
namespace {

core::Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return core::fail(core::ErrorCode::internal, fmt::format("can't write {}", path.string()));
    return {};
}

tl::unexpected<core::Error> not_passenger(const std::filesystem::path& path, std::string_view why) {
    return core::fail(core::ErrorCode::invalid, fmt::format("{} {}", path.string(), why));
}

}  // namespace

core::Result<PassengerSpawn> PassengerSpawn::read(const std::filesystem::path& work_folder) {
    const auto path = work_folder / "args.json";
    std::ifstream file(path, std::ios::binary);
    if (!file) return not_passenger(path, "can't be read; is this process started by Passenger?");
    const auto args = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!args || !args->is_object()) return not_passenger(path, "is not a JSON object");
    const auto* folder = args->get_object().if_contains("socket_dir");
    if (!folder || !folder->is_string()) return not_passenger(path, "names no socket_dir");
    PassengerSpawn spawn;
    spawn.work_folder_ = work_folder;
    spawn.socket_ =
        std::filesystem::path(std::string(folder->get_string())) / fmt::format("silaware.{}", ::getpid());
    return spawn;
}

core::Result<void> PassengerSpawn::report_ready() const {
    const boost::json::value properties = {
        {"sockets", boost::json::array{boost::json::object{{"address", "unix:" + socket_.string()},
                                                           {"protocol", "http"},
                                                           {"concurrency", 0},
                                                           {"accept_http_requests", true}}}}};
    auto written = write_file(work_folder_ / "response" / "properties.json", to_json(properties));
    if (!written) return written;
    return write_file(work_folder_ / "response" / "finish", "1");
}

// Best effort: if Passenger can't be told, it notices by itself that the process has ended.
void PassengerSpawn::report_failure(const std::string& reason) const {
    const auto error_folder = work_folder_ / "response" / "error";
    (void)write_file(error_folder / "summary", reason);
    (void)write_file(work_folder_ / "response" / "finish", "0");
}

void wait_for_passenger_end(int stop_descriptor) {
    std::array<pollfd, 2> watched = {{{STDIN_FILENO, POLLIN, 0}, {stop_descriptor, POLLIN, 0}}};
    for (;;) {
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
        if (watched[1].revents != 0) return;
        if (watched[0].revents == 0) continue;
        std::array<char, 256> ignored;
        const ssize_t count = ::read(STDIN_FILENO, ignored.data(), ignored.size());
        if (count == 0 || (count < 0 && errno != EINTR)) return;
    }
}

}  // namespace silaware::http
