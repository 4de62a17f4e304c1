#include "mail/webhook.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fmt/format.h>

#include "core/text.hpp"
#include "mail/curl.hpp"

namespace silaware::mail {

namespace {

constexpr std::size_t longest_answer = 300;

std::size_t keep(char* data, std::size_t, std::size_t size, void* answer) {
    auto& kept = *static_cast<std::string*>(answer);
    kept.append(data, std::min(size, longest_answer - std::min(kept.size(), longest_answer)));
    return size;
}

std::vector<std::string> headers_of(const WebhookCall& call) {
    std::vector<std::string> lines = {"Content-Type: application/json", "User-Agent: silaware",
                                      "X-Silaware-Delivery: " + call.id, "Expect:"};
    if (!call.secret.empty())
        lines.push_back("X-Silaware-Signature: sha256=" + hmac_sha256_hex(call.secret, call.json));
    return lines;
}

DeliveryState state_of(long status) {
    if (status >= 200 && status < 300) return DeliveryState::sent;
    const bool may_pass = status == 408 || status == 425 || status == 429 || status >= 500;
    return may_pass ? DeliveryState::temporary : DeliveryState::permanent;
}

}  // namespace

std::string hmac_sha256_hex(const std::string& secret, const std::string& body) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
        hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

Delivery post(const WebhookCall& call, const std::function<bool()>& go_on) {
    Transfer transfer(go_on);
    const CurlHandle handle = open_curl();
    char words[CURL_ERROR_SIZE] = "";
    std::string body;
    const CurlList headers = make_list(headers_of(call));
    curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(handle.get(), CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.json.size()));
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, call.json.data());
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, static_cast<long>(call.timeout.count()));
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &keep);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &body);
    const CURLcode result = transfer.perform(handle.get());
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status == 0) {
        const std::string why = words[0] != '\0' ? words : curl_easy_strerror(result);
        const bool hopeless = result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT;
        return {hopeless ? DeliveryState::permanent : DeliveryState::temporary, core::to_utf8(why), {}};
    }
    return {state_of(status), fmt::format("HTTP {} {}", status, core::to_utf8(core::trim(body))), {}};
}

}  // namespace silaware::mail
