#include "portal/metrics_text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <unistd.h>

namespace silaware::portal {

namespace {

constexpr double ms_per_second = 1000;
constexpr double microseconds_per_second = 1e6;

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / microseconds_per_second;
}

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double size = 0;
    double resident = 0;
    statm >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double entries(const char* folder) {
    std::error_code error;
    const std::filesystem::directory_iterator first(folder, error);
    return error ? 0 : static_cast<double>(std::distance(begin(first), end(first)));
}

double number(std::int64_t value) {
    return static_cast<double>(value);
}

/// Of one process or of all; `lag` in seconds.
template <typename Counts>
void add_message_metrics(MetricsText& text, const Counts& counts, double lag) {
    using enum MetricsText::Type;
    text.add("silaware_messages_received_total", counter, "Messages taken from the broker",
             number(counts.received));
    text.add("silaware_messages_stored_total", counter, "Messages stored", number(counts.stored));
    text.add("silaware_messages_duplicate_total", counter, "Messages that were there already",
             number(counts.duplicates));
    text.add("silaware_messages_quarantined_total", counter, "Bad messages", number(counts.quarantined));
    text.add("silaware_messages_spooled", gauge, "Messages that wait for the database",
             number(counts.spooled));
    text.add("silaware_spool_bytes", gauge, "Size of the waiting messages, as SPOOL_LIMIT_MB counts it",
             number(counts.spool_bytes));
    text.add("silaware_spool_lag_seconds", gauge, "Age of the oldest waiting message", lag);
    text.add("silaware_mqtt_reconnects_total", counter, "Connections to the broker after the first",
             number(counts.reconnects));
}

}  // namespace

void MetricsText::add(std::string_view name, Type type, std::string_view help, double value) {
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help,
                   type == Type::counter ? "counter" : "gauge", value);
}

void add_ingest_metrics(MetricsText& text, const storage::IngestSums& sums, core::Instant now) {
    using enum MetricsText::Type;
    const double lag =
        sums.oldest_spooled_ms ? number(core::epoch_ms(now) - *sums.oldest_spooled_ms) / ms_per_second : 0;
    add_message_metrics(text, sums, std::max(lag, 0.0));
    text.add("silaware_mqtt_connected", gauge, "Ingest processes that are connected to the broker",
             number(sums.connected));
    text.add("silaware_ingest_processes", gauge, "Ingest processes that are running", number(sums.processes));
    text.add("silaware_ingest_batches_total", counter, "Batches committed", number(sums.batches));
    text.add("silaware_ingest_commit_seconds_total", counter, "Time spent in them",
             sums.commit_ms_total / ms_per_second);
}

void add_ingest_metrics(MetricsText& text, const storage::IngestCounters& counters) {
    using enum MetricsText::Type;
    const double lag = counters.oldest_spooled_ms
                           ? number(counters.updated_ms - *counters.oldest_spooled_ms) / ms_per_second
                           : 0;
    add_message_metrics(text, counters, lag);
    text.add("silaware_mqtt_connected", gauge, "1 while connected to the broker", counters.connected ? 1 : 0);
    text.add("silaware_ingest_batches_total", counter, "Batches committed since the start",
             number(counters.batches));
    text.add("silaware_ingest_commit_seconds_total", counter, "Time spent in them",
             counters.commit_ms_total / ms_per_second);
}

void add_request_metrics(MetricsText& text, const RequestMeter& requests) {
    auto out = std::back_inserter(text.text_);
    fmt::format_to(out,
                   "# HELP silaware_http_requests_total Requests answered, by status\n"
                   "# TYPE silaware_http_requests_total counter\n");
    for (int status = RequestMeter::least_status; status <= RequestMeter::most_status; ++status) {
        if (const auto count = requests.with_status(status); count > 0)
            fmt::format_to(out, "silaware_http_requests_total{{code=\"{}\"}} {}\n", status, count);
    }
    constexpr std::string_view name = "silaware_http_request_duration_seconds";
    fmt::format_to(out, "# HELP {0} From the first byte of a request to its answer\n# TYPE {0} histogram\n",
                   name);
    for (std::size_t i = 0; i < RequestMeter::bounds.size(); ++i) {
        const double bound = number(RequestMeter::bounds[i].count()) / microseconds_per_second;
        fmt::format_to(out, "{}_bucket{{le=\"{}\"}} {}\n", name, bound, requests.within(i));
    }
    fmt::format_to(out, "{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", name, requests.total(),
                   number(requests.time().count()) / microseconds_per_second);
}

void add_process_metrics(MetricsText& text) {
    using enum MetricsText::Type;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    text.add("process_cpu_seconds_total", counter, "Processor time of this process",
             seconds(usage.ru_utime) + seconds(usage.ru_stime));
    text.add("process_resident_memory_bytes", gauge, "Memory of this process", resident_bytes());
    text.add("process_open_fds", gauge, "Open files and sockets of this process", entries("/proc/self/fd"));
    text.add("process_threads", gauge, "Threads of this process", entries("/proc/self/task"));
}

}  // namespace silaware::portal
