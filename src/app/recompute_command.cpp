#include "app/commands.hpp"

namespace silaware::app {

int run_recompute(const Settings&, const RecomputeOptions&) {
    return Exit::failed;
}

}  // namespace silaware::app
