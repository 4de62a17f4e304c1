#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "mail/message.hpp"
#include "mail/smtp_dialogue.hpp"

namespace silaware::mail {

enum class SmtpSecurity {
    none,
    starttls,  ///< required: without it nothing is sent
    implicit   ///< TLS from the first byte
};

struct SmtpOptions {
    std::string server = {};
    std::uint16_t port = 25;
    SmtpSecurity security = SmtpSecurity::none;
    std::string username = {};  ///< empty: no sign-in
    std::string password = {};
    std::string tls_ca = {};  ///< file with the CA of the server's certificate; empty: the system's
    std::chrono::seconds connect_timeout{10};
    std::chrono::seconds reply_timeout{60};  ///< for each reply
    std::chrono::seconds total_timeout{300};
};

/// The address that mails come from: the one that is set, else the user who signs in, where that is one.
std::string sender_address(const std::string& set, const SmtpOptions& options);

enum class DeliveryState {
    sent,       ///< the server has taken it, for all receivers or some (see `refused`)
    temporary,  ///< the server could not take it now, or the session broke before it said so
    permanent,  ///< the server refused it
    down        ///< the server can't be used: away, wrong sign-in, no TLS; says nothing about the mail
};

/// How a try to send a mail ended.
struct Delivery {
    DeliveryState state = DeliveryState::down;
    std::string answer;            ///< the server's words, else what went wrong
    std::vector<Refusal> refused;  ///< receivers that did not get it
};

/// Hands mails to one SMTP server; certificates are always verified. Thread safe: a session of its own for
/// each mail.
class SmtpClient {
  public:
    explicit SmtpClient(SmtpOptions options);

    /// Sends `message` now. `go_on` is asked about once a second; answering false breaks the session off.
    /// A receiver that the server refuses does not keep the mail from the others.
    Delivery send(const Message& message, const std::function<bool()>& go_on = {}) const;

    /// Connects as for a mail, with TLS and sign-in where they are set, and leaves. Error `unavailable`: what
    /// the server said, else what went wrong.
    core::Result<void> greet() const;

    const SmtpOptions& options() const { return options_; }

  private:
    SmtpOptions options_;
};

}  // namespace silaware::mail
