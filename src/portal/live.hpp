#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/time.hpp"
#include "http/event_stream.hpp"
#include "portal/live_window.hpp"
#include "storage/database.hpp"

namespace silaware::portal {

/// Publishes each meter's newest reading as event `reading`, soon after it is in the database: one query per
/// process for all viewers, and none while nobody looks. Works with any number of portal processes.
class LiveFeed {
  public:
    LiveFeed(storage::Database& database, core::SiteZone zone, std::shared_ptr<http::EventHub> hub,
             std::function<core::Instant()> now);
    /// Ends the thread.
    ~LiveFeed();
    LiveFeed(const LiveFeed&) = delete;
    LiveFeed& operator=(const LiveFeed&) = delete;

  private:
    void run();
    void look();
    void look_and_survive();
    /// False when it is time to end.
    bool wait(core::Milliseconds duration);

    storage::Database& database_;
    core::SiteZone zone_;
    std::shared_ptr<http::EventHub> hub_;
    std::function<core::Instant()> now_;
    LiveWindow window_;
    core::Milliseconds pause_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace silaware::portal
