#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace silaware::mail {

struct Attachment {
    std::string name;
    std::string content;
    std::string media_type = "application/octet-stream";
};

/// A mail as it goes to the server. Texts are UTF-8; nothing in them can add a header.
struct Message {
    std::string sender = {};  ///< an address
    std::vector<std::string> receivers = {};
    std::vector<std::string> copies = {};
    /// Who of receivers and copies still gets it, when a server took it for the others before; empty: all.
    std::vector<std::string> only_to = {};
    std::string subject = {};
    std::string text = {};
    std::string html = {};  ///< empty: text alone
    std::string id = {};    ///< unique left side of the Message-ID; the same for each try of a mail
    core::Instant date = {};
    std::vector<Attachment> attachments = {};
};

/// The addresses of a comma-separated list, trimmed, each once (compared without case).
std::vector<std::string> split_addresses(std::string_view list);
std::string join_addresses(const std::vector<std::string>& addresses);
/// True for `local@domain` of printable ASCII without blanks, brackets, quotes, commas or colons: what can
/// stand in a command and in a header as it is.
bool is_address(std::string_view text);

/// A text as the value of a header, RFC 2047: control characters are blanks, other than ASCII is encoded.
std::string header_text(std::string_view text);
/// The header lines of a message, but for those of MIME.
std::vector<std::string> header_lines(const Message& message);

}  // namespace silaware::mail
