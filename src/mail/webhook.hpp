#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "mail/smtp_client.hpp"

namespace silaware::mail {

struct WebhookCall {
    std::string url;
    std::string json;
    std::string secret = {};  ///< empty: not signed
    std::string id = {};      ///< the same for each try
    std::chrono::seconds timeout{10};
};

/// Lower-case hex of HMAC-SHA256(secret, body).
std::string hmac_sha256_hex(const std::string& secret, const std::string& body);

/// POSTs the JSON with `X-Silaware-Delivery: <id>` and, with a secret, `X-Silaware-Signature: sha256=<hex of
/// HMAC-SHA256 over the body>`. Redirects are not followed. 2xx is `sent`; 408, 425, 429 and 5xx are
/// `temporary`, as is a server that can't be reached; another answer is `permanent`.
Delivery post(const WebhookCall& call, const std::function<bool()>& go_on = {});

}  // namespace silaware::mail
