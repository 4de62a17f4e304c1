#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace silaware::mail {

/// A receiver that the server did not take.
struct Refusal {
    std::string address;
    int code = 0;
    std::string words;  ///< the server's reply, code first

    bool is_permanent() const { return code >= 500; }
};

/// What client and server of an SMTP session have said so far, and what that means for the mail. Never holds
/// what is said while signing in.
class SmtpDialogue {
  public:
    enum class Stage { greeting, hello, sign_in, sender, receiver, data, body, end };

    /// A command line went out.
    void command(std::string_view line);
    /// A reply line came in.
    void reply(std::string_view line);

    Stage stage() const { return stage_; }
    /// The server has taken the mail: from here on it must not be sent again.
    bool accepted() const { return accepted_; }
    /// Of the last complete reply; 0 before the first.
    int last_code() const { return last_code_; }
    /// The last complete reply, its lines joined.
    const std::string& last_reply() const { return last_reply_; }
    const std::vector<Refusal>& refused() const { return refused_; }

  private:
    void complete(int code);

    Stage stage_ = Stage::greeting;
    std::string receiver_;
    std::string lines_;
    std::string last_reply_;
    int last_code_ = 0;
    bool accepted_ = false;
    std::vector<Refusal> refused_;
};

}  // namespace silaware::mail
