// Whatever a sensor sends, a message that is accepted has a finite value and a printable id.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "core/text.hpp"
#include "domain/climate_message.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace silaware;
    const auto message = domain::parse_climate({reinterpret_cast<const char*>(data), size});
    if (!message) {
        require(!message.error().message.empty() && core::is_utf8(message.error().message));
        return 0;
    }
    require(core::is_printable(message->id.text()));
    require(message->temperature || message->humidity);
    require(std::isfinite(message->temperature.value_or(0)) && std::isfinite(message->humidity.value_or(0)));
    return 0;
}
