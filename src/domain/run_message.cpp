#include "domain/run_message.hpp"

#include <fmt/format.h>

#include "domain/payload.hpp"

namespace silaware::domain {

namespace {

namespace json = boost::json;
using core::ErrorCode;
using core::fail;
using core::Result;

constexpr std::int64_t year_2000 = 946'684'800;
constexpr std::int64_t first_of_13_digits = 1'000'000'000'000;
constexpr std::int64_t first_of_14_digits = 10'000'000'000'000;

/// Epoch seconds of field `key`.
Result<std::int64_t> epoch_field(const json::object& message, std::string_view key, core::Instant received) {
    const auto number = count_field(message, key);
    if (!number) return number;
    const bool milliseconds = *number >= first_of_13_digits && *number < first_of_14_digits;
    const std::int64_t epoch = milliseconds ? *number / 1000 : *number;
    if (epoch < year_2000)
        return fail(ErrorCode::invalid, fmt::format("\"{}\" lies before the year 2000", key));
    const core::Instant latest = received + date::days{1};
    const std::int64_t exact_ms = milliseconds ? *number : epoch * 1000;
    if (exact_ms > core::epoch_ms(latest)) {
        return fail(ErrorCode::invalid, fmt::format("\"{}\" lies more than a day in the future", key));
    }
    return epoch;
}

}  // namespace

Result<void> require_kept(const RunMessage& run, core::Instant kept_since) {
    const core::Instant ended = core::from_epoch_ms(run.stop * 1000);
    if (ended >= kept_since) return {};
    return fail(ErrorCode::invalid,
                fmt::format("the record is older than the retention period, by its end: {} UTC",
                            core::format_utc(ended)));
}

Result<RunMessage> parse_run(std::string_view payload, core::Instant received, core::Instant kept_since) {
    PayloadDocument document;
    const auto message = document.read(payload);
    if (!message) return fail(message.error());
    auto id = device_id_field(**message, "id");
    if (!id) return fail(id.error());
    const auto start = epoch_field(**message, "start", received);
    if (!start) return fail(start.error());
    const auto stop = epoch_field(**message, "stop", received);
    if (!stop) return fail(stop.error());
    const auto cycle_count = count_field(**message, "cycle_count");
    if (!cycle_count) return fail(cycle_count.error());
    const auto total_run = count_field(**message, "total_run");
    if (!total_run) return fail(total_run.error());

    if (*stop < *start) return fail(ErrorCode::invalid, "\"stop\" lies before \"start\"");
    RunMessage run{std::move(*id), *start, *stop, *cycle_count, *total_run};
    if (const auto kept = require_kept(run, kept_since); !kept) return fail(kept.error());
    return run;
}

}  // namespace silaware::domain
