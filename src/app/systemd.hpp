#pragma once

#include <string_view>
#include <thread>

namespace silaware::app {

/// Tells systemd how a service of Type=notify is doing (sd_notify's datagrams), and feeds its watchdog for as
/// long as this lives. Started by anything else it does nothing.
class ServiceNotice {
  public:
    ServiceNotice();
    ~ServiceNotice();
    ServiceNotice(const ServiceNotice&) = delete;
    ServiceNotice& operator=(const ServiceNotice&) = delete;

    /// The service does its work from now on.
    void ready() const;
    /// One line for `systemctl status`.
    void status(std::string_view text) const;

  private:
    std::jthread watchdog_;
};

}  // namespace silaware::app
