// Whatever a machine sends, a record that is accepted obeys every limit, so that its run time can be spread.
#include <cstdint>
#include <cstdlib>

#include "core/text.hpp"
#include "domain/run_message.hpp"
#include "domain/run_time.hpp"

namespace {

using namespace silaware;

constexpr std::int64_t now = 1'795'000'000;
const core::Instant received = core::from_epoch_ms(now * 1000);
const core::Instant kept_since = core::from_epoch_ms((now - 120 * 86'400) * 1000);

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const domain::RunMessage& run) {
    require(run.start >= 946'684'800 && run.start <= run.stop && run.stop <= now + 86'400);
    require(core::from_epoch_ms(run.stop * 1000) >= kept_since);
    require(run.cycle_count >= 0 && run.total_run >= 0);
    static const core::SiteZone zone = core::SiteZone::find("Asia/Jakarta").value();
    std::int64_t sum = 0;
    for (const domain::DayRun& day : domain::spread_run(run, zone)) {
        require(day.run_seconds >= 0);
        sum += day.run_seconds;
    }
    require(sum == run.total_run);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto run = domain::parse_run({reinterpret_cast<const char*>(data), size}, received, kept_since);
    if (run) {
        check(*run);
    } else {
        require(!run.error().message.empty() && core::is_utf8(run.error().message));
    }
    return 0;
}
