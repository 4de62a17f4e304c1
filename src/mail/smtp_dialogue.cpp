#include "mail/smtp_dialogue.hpp"

#include "core/text.hpp"

namespace silaware::mail {

namespace {

bool begins_with(std::string_view line, std::string_view verb) {
    return core::lower_ascii(line.substr(0, verb.size())) == verb;
}

/// The address in `RCPT TO:<address> …`.
std::string address_in(std::string_view line) {
    const auto open = line.find('<');
    const auto close = line.find('>');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
    return std::string(line.substr(open + 1, close - open - 1));
}

int code_of(std::string_view line) {
    if (line.size() < 3) return 0;
    int code = 0;
    for (const char c : line.substr(0, 3)) {
        if (c < '0' || c > '9') return 0;
        code = code * 10 + (c - '0');
    }
    return code;
}

/// True for a line that others of the same reply follow: `250-SIZE`.
bool continues(std::string_view line) {
    return line.size() > 3 && line[3] == '-';
}

}  // namespace

void SmtpDialogue::command(std::string_view line) {
    if (begins_with(line, "ehlo") || begins_with(line, "helo") || begins_with(line, "starttls")) {
        stage_ = Stage::hello;
    } else if (begins_with(line, "mail from")) {
        stage_ = Stage::sender;
    } else if (begins_with(line, "rcpt to")) {
        stage_ = Stage::receiver;
        receiver_ = address_in(line);
    } else if (begins_with(line, "data")) {
        stage_ = Stage::data;
    } else if (begins_with(line, "quit")) {
        stage_ = Stage::end;
    } else if (begins_with(line, "auth")) {
        stage_ = Stage::sign_in;  // and all lines up to the next command of another kind
    }
}

void SmtpDialogue::reply(std::string_view line) {
    const std::string text = core::to_utf8(core::trim(line));
    const int code = code_of(text);
    if (code == 0) return;
    const std::string words = text.size() > 4 ? " " + text.substr(4) : "";
    lines_ += lines_.empty() ? text.substr(0, 3) + words : words;
    if (continues(text)) return;
    complete(code);
}

void SmtpDialogue::complete(int code) {
    if (stage_ == Stage::end) {
        lines_.clear();
        return;  // the answer to QUIT says nothing about the mail
    }
    last_code_ = code;
    last_reply_ = std::move(lines_);
    lines_.clear();
    if (stage_ == Stage::receiver && code >= 400) refused_.push_back({receiver_, code, last_reply_});
    if (stage_ == Stage::body && code >= 200 && code < 300) accepted_ = true;
    if (stage_ == Stage::data && code == 354) stage_ = Stage::body;
}

}  // namespace silaware::mail
