// bench_publish PORT MESSAGES METERS SAMPLES RATE: power messages in the specification's form at QoS 1, each
// meter on a connection of its own; RATE 0 is as fast as the broker acknowledges. Prints the seconds it took,
// and how many were acknowledged.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int in_flight_per_meter = 100;
constexpr long site_offset_seconds = 7 * 3600;

struct Plan {
    std::uint16_t port;
    long messages;
    int meters;
    int samples;
    double rate;
};

std::string wall_clock() {
    const std::time_t local = std::time(nullptr) + site_offset_seconds;
    std::tm parts{};
    gmtime_r(&local, &parts);
    return fmt::format("{:02}/{:02}/{} {:02}:{:02}:{:02}", parts.tm_mday, parts.tm_mon + 1,
                       parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string remaining_length(std::size_t size) {
    std::string bytes;
    do {
        const auto digit = static_cast<char>(size % 128 | (size >= 128 ? 128 : 0));
        size /= 128;
        bytes += digit;
    } while (size > 0);
    return bytes;
}

std::string two_bytes(std::size_t number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number)};
}

class Meter {
  public:
    Meter(const Plan& plan, int number)
        : plan_(plan), uid_(fmt::format("0E:00:00:00:{:02X}:{:02X}", number >> 8, number & 255)) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(plan.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("no broker");
        }
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const std::string id = "bench-" + uid_;
        const std::string body =
            two_bytes(4) + "MQTT" + std::string("\x04\x02\x00\x00", 4) + two_bytes(id.size()) + id;
        send("\x10" + remaining_length(body.size()) + body);
        char answer[4];
        if (::recv(socket_, answer, sizeof answer, MSG_WAITALL) != sizeof answer || answer[3] != 0) {
            throw std::runtime_error("the broker refuses");
        }
    }

    int socket() const { return socket_; }
    long acknowledged() const { return acknowledged_; }
    int room() const { return in_flight_per_meter - in_flight_; }

    void publish(int count, const std::string& clock) {
        std::string packets;
        for (int i = 0; i < count; ++i)
            packets += packet(clock);
        in_flight_ += count;
        send(packets);
    }

    void read() {
        char bytes[4096];
        const ssize_t size = ::recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
        if (size <= 0) return;
        // Only PUBACKs of four bytes come here.
        half_read_ += size;
        const auto whole = static_cast<int>(half_read_ / 4);
        half_read_ %= 4;
        acknowledged_ += whole;
        in_flight_ -= whole;
    }

  private:
    std::string packet(const std::string& clock) {
        packet_id_ = static_cast<std::uint16_t>(packet_id_ == 65535 ? 1 : packet_id_ + 1);
        static const std::string topic = "silaware/power";
        const std::string body = two_bytes(topic.size()) + topic + two_bytes(packet_id_) + payload(clock);
        return "\x32" + remaining_length(body.size()) + body;
    }

    std::string payload(const std::string& clock) {
        std::string voltage, current, power, frequency, pf, energy, co2;
        for (int i = 0; i < plan_.samples; ++i) {
            const char* comma = i == 0 ? "" : ",";
            kwh_ += 0.0001;
            const double load = 1.2 + static_cast<double>(packet_id_ % 50) / 100;
            fmt::format_to(std::back_inserter(voltage), "{}{:.1f}", comma, 219 + load);
            fmt::format_to(std::back_inserter(current), "{}{:.3f}", comma, load);
            fmt::format_to(std::back_inserter(power), "{}{:.1f}", comma, 220 * load);
            fmt::format_to(std::back_inserter(frequency), "{}{:.1f}", comma, 50.0);
            fmt::format_to(std::back_inserter(pf), "{}{:.2f}", comma, 0.95);
            fmt::format_to(std::back_inserter(energy), "{}{:.4f}", comma, kwh_);
            fmt::format_to(std::back_inserter(co2), "{}{:.4f}", comma, kwh_ * 0.87);
        }
        return fmt::format(
            R"({{"uid":"{}","rtc":"{}","relay_state":"ON","meter_data":{{"voltage":[{}],"current":[{}],"power":[{}],)"
            R"("frequency":[{}],"pf":[{}],"energy":[{}],"co2":[{}]}},"energy_history":[12.1,11.8,12.4,13.0,12.7,9.9,6.2]}})",
            uid_, clock, voltage, current, power, frequency, pf, energy, co2);
    }

    void send(const std::string& bytes) const {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const ssize_t size = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (size < 0) throw std::runtime_error("the broker is gone");
            sent += static_cast<std::size_t>(size);
        }
    }

    const Plan& plan_;
    std::string uid_;
    int socket_ = -1;
    std::uint16_t packet_id_ = 0;
    double kwh_ = 1000;
    int in_flight_ = 0;
    long acknowledged_ = 0;
    ssize_t half_read_ = 0;
};

void run(const Plan& plan) {
    std::vector<Meter> meters;
    meters.reserve(static_cast<std::size_t>(plan.meters));
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < plan.meters; ++i) {
        meters.emplace_back(plan, i);
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &meters.back()}};
        epoll_ctl(poll, EPOLL_CTL_ADD, meters.back().socket(), &event);
    }
    const auto begin = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    long sent = 0;
    long acknowledged = 0;
    std::vector<epoll_event> events(meters.size());
    while (acknowledged < plan.messages) {
        const std::string clock = wall_clock();
        long allowed = plan.rate > 0 ? static_cast<long>(seconds() * plan.rate) - sent : plan.messages - sent;
        allowed = std::min(allowed, plan.messages - sent);
        for (Meter& meter : meters) {
            const int burst = static_cast<int>(std::min<long>(std::min(meter.room(), 10), allowed));
            if (burst <= 0) continue;
            meter.publish(burst, clock);
            sent += burst;
            allowed -= burst;
        }
        const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1);
        for (int i = 0; i < ready; ++i)
            static_cast<Meter*>(events[static_cast<std::size_t>(i)].data.ptr)->read();
        acknowledged = 0;
        for (const Meter& meter : meters)
            acknowledged += meter.acknowledged();
    }
    fmt::print("{} {:.4f}\n", acknowledged, seconds());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    try {
        run({static_cast<std::uint16_t>(std::atoi(argv[1])), std::atol(argv[2]), std::atoi(argv[3]),
             std::atoi(argv[4]), std::atof(argv[5])});
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_publish: {}\n", error.what());
        return 1;
    }
}
