#include "mail/smtp_client.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "mail/curl.hpp"

namespace silaware::mail {

namespace {

#if LIBCURL_VERSION_NUM >= 0x080200
constexpr CURLoption allow_refused_receivers = CURLOPT_MAIL_RCPT_ALLOWFAILS;
#else
constexpr CURLoption allow_refused_receivers = CURLOPT_MAIL_RCPT_ALLLOWFAILS;
#endif

using Stage = SmtpDialogue::Stage;

int listen(CURL*, curl_infotype type, char* data, std::size_t size, void* dialogue) {
    auto& said = *static_cast<SmtpDialogue*>(dialogue);
    if (type == CURLINFO_HEADER_OUT) said.command({data, size});
    if (type == CURLINFO_HEADER_IN) said.reply({data, size});
    return 0;
}

/// Line ends as SMTP has them; the quoted-printable encoder takes nothing else for one.
std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

std::string file_name(std::string_view name) {
    std::string safe(name);
    std::replace_if(
        safe.begin(), safe.end(),
        [](char c) {
            return c <= 0x20 || c >= 0x7f || std::string_view("\"\\/").find(c) != std::string::npos;
        },
        '_');
    return safe;
}

void add_text(curl_mime* parent, const std::string& text, const char* type) {
    const std::string body = with_crlf(text);
    curl_mimepart* part = curl_mime_addpart(parent);
    curl_mime_data(part, body.data(), body.size());
    curl_mime_type(part, type);
    curl_mime_encoder(part, "quoted-printable");
}

CurlMime make_mime(CURL* handle, const Message& message) {
    CurlMime whole(curl_mime_init(handle));
    curl_mime* alternatives = curl_mime_init(handle);
    add_text(alternatives, message.text, "text/plain; charset=utf-8");
    if (!message.html.empty()) add_text(alternatives, message.html, "text/html; charset=utf-8");
    curl_mimepart* body = curl_mime_addpart(whole.get());
    curl_mime_subparts(body, alternatives);
    curl_mime_type(body, "multipart/alternative");
    curl_mime_headers(body, make_list({"Content-Disposition: inline"}).release(), 1);
    for (const Attachment& attachment : message.attachments) {
        curl_mimepart* part = curl_mime_addpart(whole.get());
        curl_mime_data(part, attachment.content.data(), attachment.content.size());
        curl_mime_type(part, attachment.media_type.c_str());
        curl_mime_filename(part, file_name(attachment.name).c_str());
        curl_mime_encoder(part, "base64");
    }
    return whole;
}

std::vector<std::string> everyone(const Message& message) {
    if (!message.only_to.empty()) return message.only_to;
    return split_addresses(join_addresses(message.receivers) + "," + join_addresses(message.copies));
}

/// Takes out of `receivers` what is no address at all.
std::vector<Refusal> take_out_invalid(std::vector<std::string>& receivers) {
    std::vector<Refusal> refused;
    std::erase_if(receivers, [&](const std::string& receiver) {
        if (is_address(receiver)) return false;
        refused.push_back({receiver, 553, "553 not an address"});
        return true;
    });
    return refused;
}

void address_session(CURL* handle, const SmtpOptions& options) {
    const bool implicit = options.security == SmtpSecurity::implicit;
    const std::string host =
        options.server.find(':') == std::string::npos ? options.server : "[" + options.server + "]";
    const std::string url = fmt::format("{}://{}:{}", implicit ? "smtps" : "smtp", host, options.port);
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    if (options.security == SmtpSecurity::starttls)
        curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (!options.tls_ca.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.tls_ca.c_str());
    if (!options.username.empty()) {
        curl_easy_setopt(handle, CURLOPT_USERNAME, options.username.c_str());
        curl_easy_setopt(handle, CURLOPT_PASSWORD, options.password.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     static_cast<long>(options.reply_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(options.total_timeout.count()));
}

void listen_to(CURL* handle, SmtpDialogue& dialogue, char* words) {
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, &listen);
    curl_easy_setopt(handle, CURLOPT_DEBUGDATA, &dialogue);
    curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
}

/// True where a refusal is about how we come, not about the mail: sign-in or TLS missing, or the server is
/// closing.
bool is_about_the_server(const SmtpDialogue& dialogue) {
    const int code = dialogue.last_code();
    return dialogue.stage() < Stage::sender || code == 421 || code == 530 || code == 535 || code == 538;
}

DeliveryState state_of(const SmtpDialogue& dialogue, CURLcode result) {
    if (dialogue.accepted()) return DeliveryState::sent;
    const bool refused = dialogue.last_code() >= 400;
    if (dialogue.stage() < Stage::sender || (refused && is_about_the_server(dialogue)))
        return DeliveryState::down;
    if (!refused || result == CURLE_ABORTED_BY_CALLBACK) return DeliveryState::temporary;
    const auto is_temporary = [](const Refusal& refusal) { return !refusal.is_permanent(); };
    const auto& receivers = dialogue.refused();
    if (std::any_of(receivers.begin(), receivers.end(), is_temporary)) return DeliveryState::temporary;
    return dialogue.last_code() >= 500 ? DeliveryState::permanent : DeliveryState::temporary;
}

std::string words_of(const SmtpDialogue& dialogue, CURLcode result, const char* curl_words) {
    if (dialogue.accepted() || dialogue.last_code() >= 400) return dialogue.last_reply();
    const std::string words = *curl_words != '\0' ? curl_words : curl_easy_strerror(result);
    return core::to_utf8(words);
}

}  // namespace

std::string sender_address(const std::string& set, const SmtpOptions& options) {
    if (!set.empty()) return set;
    return is_address(options.username) ? options.username : "silaware@localhost";
}

SmtpClient::SmtpClient(SmtpOptions options) : options_(std::move(options)) {}

core::Result<void> SmtpClient::greet() const {
    SmtpDialogue dialogue;
    const std::function<bool()> always;
    Transfer transfer(always);
    const CurlHandle handle = open_curl();
    char words[CURL_ERROR_SIZE] = "";
    address_session(handle.get(), options_);
    listen_to(handle.get(), dialogue, words);
    curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
    const CURLcode result = transfer.perform(handle.get());
    if (result == CURLE_OK) return {};
    return core::fail(core::ErrorCode::unavailable, words_of(dialogue, result, words));
}

Delivery SmtpClient::send(const Message& message, const std::function<bool()>& go_on) const {
    std::vector<std::string> receivers = everyone(message);
    std::vector<Refusal> invalid = take_out_invalid(receivers);
    if (!is_address(message.sender))
        return {
            DeliveryState::permanent, fmt::format("the sender \"{}\" is not an address", message.sender), {}};
    if (receivers.empty()) return {DeliveryState::permanent, "no receiver is an address", std::move(invalid)};

    SmtpDialogue dialogue;
    Transfer transfer(go_on);
    const CurlHandle handle = open_curl();
    char words[CURL_ERROR_SIZE] = "";
    const CurlList headers = make_list(header_lines(message));
    std::vector<std::string> in_brackets;
    for (const std::string& receiver : receivers)
        in_brackets.push_back("<" + receiver + ">");
    const CurlList to = make_list(in_brackets);
    const CurlMime mime = make_mime(handle.get(), message);
    address_session(handle.get(), options_);
    listen_to(handle.get(), dialogue, words);
    curl_easy_setopt(handle.get(), CURLOPT_MAIL_FROM, ("<" + message.sender + ">").c_str());
    curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(handle.get(), allow_refused_receivers, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle.get(), CURLOPT_MIMEPOST, mime.get());
    const CURLcode result = transfer.perform(handle.get());

    Delivery delivery{state_of(dialogue, result), words_of(dialogue, result, words), dialogue.refused()};
    delivery.refused.insert(delivery.refused.end(), invalid.begin(), invalid.end());
    return delivery;
}

}  // namespace silaware::mail
