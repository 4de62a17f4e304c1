#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/time.hpp"
#include "http/request.hpp"
#include "storage/account_store.hpp"

namespace silaware::portal {

struct Portal;

/// Why nobody was signed in, and when another try makes sense.
struct SignInRefusal {
    core::Error error;
    std::optional<core::Seconds> retry_after = {};
};

struct SignInAttempt {
    std::string username;
    std::string password;
    std::string address;
    std::string way;  ///< for the audit log: "form" or "json"
};

/// The account that name and password belong to. Failures count per name and per address, over all processes;
/// an unknown name costs the same time and gets the same answer as a wrong password.
tl::expected<storage::Credentials, SignInRefusal> sign_in(const Portal& portal, const SignInAttempt& attempt);

enum class PasswordCheck { right, wrong };
/// Compares the password of a signed-in account; counts failures too.
tl::expected<PasswordCheck, SignInRefusal> check_own_password(const Portal& portal, std::int64_t account_id,
                                                              const std::string& password);

}  // namespace silaware::portal
