#include "portal/metrics_text.hpp"

#include <gtest/gtest.h>

namespace silaware::portal {
namespace {

using namespace std::chrono_literals;

bool has_line(const MetricsText& text, const std::string& line) {
    return ("\n" + text.text()).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricsText, SumsOfIngestKeepTheirNames) {
    storage::IngestSums sums;
    sums.received = 12345678;
    sums.spooled = 3;
    sums.oldest_spooled_ms = 1000;
    MetricsText text;
    add_ingest_metrics(text, sums, core::from_epoch_ms(3500));
    EXPECT_TRUE(has_line(text, "silaware_messages_received_total 12345678"));
    EXPECT_TRUE(has_line(text, "# TYPE silaware_messages_received_total counter"));
    EXPECT_TRUE(has_line(text, "silaware_messages_spooled 3"));
    EXPECT_TRUE(has_line(text, "silaware_spool_lag_seconds 2.5"));
}

TEST(MetricsText, RequestsAreCountedByStatusAndDuration) {
    RequestMeter requests;
    requests.count(200, 900us);
    requests.count(200, 30ms);
    requests.count(503, 10s);
    requests.count(42, 1us);
    MetricsText text;
    add_request_metrics(text, requests);
    EXPECT_TRUE(has_line(text, "silaware_http_requests_total{code=\"200\"} 2"));
    EXPECT_TRUE(has_line(text, "silaware_http_requests_total{code=\"503\"} 1"));
    EXPECT_TRUE(has_line(text, "silaware_http_request_duration_seconds_bucket{le=\"0.001\"} 2"));
    EXPECT_TRUE(has_line(text, "silaware_http_request_duration_seconds_bucket{le=\"0.05\"} 3"));
    EXPECT_TRUE(has_line(text, "silaware_http_request_duration_seconds_bucket{le=\"+Inf\"} 4"));
    EXPECT_TRUE(has_line(text, "silaware_http_request_duration_seconds_count 4"));
}

TEST(MetricsText, TheProcessKnowsItsSize) {
    MetricsText text;
    add_process_metrics(text);
    EXPECT_FALSE(has_line(text, "process_resident_memory_bytes 0"));
    EXPECT_FALSE(has_line(text, "process_open_fds 0"));
}

}  // namespace
}  // namespace silaware::portal
