#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "portal/request_meter.hpp"
#include "storage/counters_store.hpp"

namespace silaware::portal {

/// Metrics in the text format of Prometheus, added one by one.
class MetricsText {
  public:
    enum class Type { counter, gauge };
    void add(std::string_view name, Type type, std::string_view help, double value);
    const std::string& text() const { return text_; }

  private:
    friend void add_request_metrics(MetricsText& text, const RequestMeter& requests);
    std::string text_;
};

/// What all ingest processes counted.
void add_ingest_metrics(MetricsText& text, const storage::IngestSums& sums, core::Instant now);
/// What one of them counted.
void add_ingest_metrics(MetricsText& text, const storage::IngestCounters& counters);
/// Requests by status, and their durations.
void add_request_metrics(MetricsText& text, const RequestMeter& requests);
/// Memory, processor time, threads and open files of this process.
void add_process_metrics(MetricsText& text);

}  // namespace silaware::portal
