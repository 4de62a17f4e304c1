#pragma once

#include "auth/jwt.hpp"
#include "http/response.hpp"
#include "storage/account_store.hpp"

namespace silaware::portal {

struct Portal;

/// `{"access_token","token_type":"Bearer","expires_in"}` for an account.
http::Response token_answer(const Portal& portal, const storage::Credentials& account,
                            auth::Freshness freshness, core::Instant expires);

}  // namespace silaware::portal
