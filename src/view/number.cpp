#include "view/number.hpp"

#include <cmath>

#include <fmt/format.h>

namespace silaware::view {

std::string format_number(double value, int decimals, std::string_view language) {
    const char group = language == "id" ? '.' : ',';
    const char point = language == "id" ? ',' : '.';
    const auto plain = fmt::format("{:.{}f}", std::abs(value), decimals);
    const auto whole = plain.substr(0, plain.find('.'));
    std::string out = std::signbit(value) && plain.find_first_of("123456789") != std::string::npos ? "-" : "";
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (i > 0 && (whole.size() - i) % 3 == 0) out += group;
        out += whole[i];
    }
    if (decimals > 0) out += point + plain.substr(whole.size() + 1);
    return out;
}

int decimals_of(double value) {
    constexpr int most = 6;
    std::string plain = fmt::format("{:.{}f}", value, most);
    plain.erase(plain.find_last_not_of('0') + 1);
    return static_cast<int>(plain.size() - plain.find('.') - 1);
}

}  // namespace silaware::view
