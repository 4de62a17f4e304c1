#include "portal/request_meter.hpp"

namespace silaware::portal {

void RequestMeter::count(int status, std::chrono::microseconds took) {
    if (status >= least_status && status <= most_status)
        ++by_status_[static_cast<std::size_t>(status - least_status)];
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        if (took <= bounds[i]) ++within_[i];
    }
    ++total_;
    microseconds_ += took.count();
}

std::int64_t RequestMeter::with_status(int status) const {
    if (status < least_status || status > most_status) return 0;
    return by_status_[static_cast<std::size_t>(status - least_status)];
}

std::int64_t RequestMeter::within(std::size_t i) const {
    return within_.at(i);
}

}  // namespace silaware::portal
