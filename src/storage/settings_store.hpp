#pragma once

#include <optional>
#include <string>

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

/// Limits and mail addresses. Every method throws DatabaseError.
class SettingsStore {
  public:
    explicit SettingsStore(Database& database) : database_(database) {}

    SiteSettings read() const;
    /// Under a changed maintenance limit the multiples passed so far count as notified, from the same moment.
    void write(const SiteSettings& settings, const Change& change);

  private:
    Database& database_;
};

}  // namespace silaware::storage
