#pragma once

#include "mqtt/packet.hpp"

namespace silaware::mqtt {

/// Which version of MQTT to speak: 5, or 3.1.1 with a broker that knows no other.
///
/// Some old brokers say that they do not know MQTT 5, others just close the connection. So does a proxy
/// before a broker that is starting; hence silence proves nothing until the broker has answered to 3.1.1 and
/// is silent to 5 again.
class VersionChoice {
  public:
    Version current() const { return current_; }

    /// The broker said that it does not know the current version.
    void refused();
    /// The connection ended before an answer.
    void silent();
    /// The broker accepted the connection. False: it is to be asked for MQTT 5 again, now that it answers.
    bool answered();
    /// A connection that had lasted has ended. Who answers next may be another broker.
    void parted();

  private:
    void choose(Version version, bool sure);

    Version current_ = Version::v5;
    bool sure_ = false;    ///< the broker answers to 3.1.1 alone
    bool asking_ = false;  ///< it answered to 3.1.1, and is asked for MQTT 5 again
    int silences_ = 0;     ///< since the last answer or choice
};

}  // namespace silaware::mqtt
