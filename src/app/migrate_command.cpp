#include "app/commands.hpp"
#include "app/stop_signal.hpp"
#include "app/upgrade.hpp"

namespace silaware::app {

int run_migrate(const Settings& settings, bool dry_run) {
    const StopSignal stop;
    return dry_run ? describe_migration(settings) : migrate_database(settings, stop.token());
}

}  // namespace silaware::app
