#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "mail/smtp_client.hpp"

namespace silaware::alerts {

enum class NextStep { done, try_again, give_up };

/// What becomes of a mail after a try.
struct Settlement {
    NextStep step = NextStep::done;
    std::string answer;                ///< what the outbox shows
    std::vector<std::string> pending;  ///< who is still to get it; empty: as before
};

/// The pause before try number `tries + 1`: 5 s, doubling, at most 30 s, so that a mail leaves within a
/// minute after the server is back.
std::chrono::seconds retry_delay(int tries);

/// `tries` counts the one that ended as `delivery`; `age` is that of the mail, `earlier` what its tries
/// before said of receivers that were refused for good. A refusal for good is believed at the third try,
/// other failures of the mail itself after three days, a server that is away never.
Settlement settle(const mail::Delivery& delivery, int tries, std::chrono::milliseconds age,
                  const std::string& earlier);

}  // namespace silaware::alerts
