// Whatever a meter sends, the parser answers with a message that fits the table, or with a reason.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/text.hpp"
#include "domain/power_message.hpp"

namespace {

using namespace silaware;

void require(bool holds) {
    if (!holds) std::abort();
}

template <typename Number>
void require_finite(const std::optional<Number>& value) {
    require(!value || std::isfinite(*value));
}

void check(const domain::PowerMessage& message) {
    require(!message.uid.text().empty() && core::is_printable(message.uid.text()));
    require(!message.samples.empty());
    for (const domain::PowerSample& sample : message.samples) {
        require_finite(sample.voltage);
        require_finite(sample.current);
        require_finite(sample.power);
        require_finite(sample.frequency);
        require_finite(sample.pf);
        require_finite(sample.energy);
        require_finite(sample.co2);
    }
}

/// What is stored of the history reads back as the same text.
void check_history(const std::string& history) {
    const auto again =
        domain::parse_power(R"({"uid":"m","meter_data":{"energy":1},"energy_history":)" + history + "}");
    // Only the members around it can push it past the limit.
    require(again ? again->energy_history == history : history.size() > 60'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = domain::parse_power({reinterpret_cast<const char*>(data), size});
    if (!message) {
        require(!message.error().message.empty() && core::is_utf8(message.error().message));
        return 0;
    }
    check(*message);
    if (message->energy_history) check_history(*message->energy_history);
    return 0;
}
