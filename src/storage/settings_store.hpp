#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "storage/audit_store.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// The row of `settings`.
struct SiteSettings {
    std::optional<float> utils_min_duration = {};  ///< hours of run time between two services
    std::string utils_mailreceiver = {};           ///< comma-separated addresses, as the others
    std::optional<float> max_temperature = {};     ///< °C
    std::optional<float> max_humidity = {};        ///< %
    std::string temphumid_mailreceiver = {};
    std::string cc_mailreceiver = {};
    std::string mail_sender = {};
};

/// What the page of settings shows.
struct AllSettings {
    SiteSettings site = {};
    std::string monthly_mailreceiver = {};  ///< who gets the summary of the past month; comma-separated
};

/// Limits and mail addresses. Every method throws DatabaseError.
class SettingsStore {
  public:
    explicit SettingsStore(Database& database) : database_(database) {}

    SiteSettings read() const;
    AllSettings read_all() const;
    /// Lets `edit` change the settings of this moment and stores what it made of them; what it refuses leaves
    /// them as they are. Others who save wait meanwhile; `edit` may run several times. Under a changed
    /// maintenance limit the multiples passed so far count as notified, from the same moment.
    core::Result<AllSettings> change(const std::function<core::Result<void>(AllSettings&)>& edit,
                                     const Change& change);

  private:
    Database& database_;
};

}  // namespace silaware::storage
