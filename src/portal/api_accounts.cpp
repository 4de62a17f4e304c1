#include <array>

#include "portal/api_areas.hpp"

namespace silaware::portal {

namespace {

using enum http::Method;
using enum Answer;

constexpr std::string_view sign_in = "Sign-in";
constexpr std::string_view own = "Own account";
constexpr std::string_view accounts = "Accounts";

constexpr std::string_view api_token_fields =
    "id:integer name scope created_at:date-time last_used_at:date-time?";
constexpr std::string_view account_fields =
    "id:integer username email role createdDate:date-time last_login_at:date-time?";
constexpr std::string_view account_body = "username! email! password! role";
constexpr std::string_view account_change = "username email password role";
constexpr std::string_view token_fields = "access_token token_type expires_in:integer";

constexpr std::array table{
    Endpoint{
        .method = get,
        .pattern = "/",
        .tag = sign_in,
        .summary = "To the summary",
        .answer = redirect,
    },
    Endpoint{
        .method = get,
        .pattern = "/login",
        .tag = sign_in,
        .summary = "The login page",
        .query = "next",
        .answer = page,
    },
    Endpoint{
        .method = post,
        .pattern = "/login",
        .tag = sign_in,
        .summary = "Sign in",
        .body = "username! password!",
        .fields = token_fields,
        .description = "JSON gives an access token (HS256). A form, with its csrf_token, opens a session and "
                       "answers 302.",
    },
    Endpoint{
        .method = get,
        .pattern = "/get_jwt",
        .tag = sign_in,
        .summary = "An access token for the active session",
        .fields = token_fields,
    },
    Endpoint{
        .method = get,
        .pattern = "/logout",
        .tag = sign_in,
        .summary = "End the session",
        .answer = redirect,
    },
    Endpoint{
        .method = post,
        .pattern = "/logout",
        .tag = sign_in,
        .summary = "End the session",
        .answer = redirect,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/forgot",
        .tag = sign_in,
        .summary = "Ask for a link to set a new password",
        .answer = page,
    },
    Endpoint{
        .method = post,
        .pattern = "/login/forgot",
        .tag = sign_in,
        .summary = "Mail such a link",
        .body = "email! csrf_token!",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/reset",
        .tag = sign_in,
        .summary = "Set a new password by that link",
        .query = "token!",
        .answer = page,
    },
    Endpoint{
        .method = post,
        .pattern = "/login/reset",
        .tag = sign_in,
        .summary = "Set the new password",
        .body = "token! password! csrf_token!",
        .answer = redirect,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/profile",
        .tag = own,
        .summary = "The own account's page",
        .answer = page,
    },
    Endpoint{
        .method = put,
        .pattern = "/login/profile/password",
        .tag = own,
        .summary = "Change the own password",
        .body = "current! new!",
        .fields = "changed:boolean sign_in_again",
        .description = "Ends every session of the account, and its access tokens.",
    },
    Endpoint{
        .method = put,
        .pattern = "/login/profile/language",
        .tag = own,
        .summary = "Choose a language",
        .body = "language!",
        .fields = "language",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/profile/tokens/json",
        .tag = own,
        .summary = "The own API tokens",
        .answer = items,
        .fields = api_token_fields,
    },
    Endpoint{
        .method = post,
        .pattern = "/login/profile/tokens",
        .tag = own,
        .summary = "Make an API token",
        .body = "name! scope",
        .fields = "id:integer name scope created_at:date-time last_used_at:date-time? token",
        .description =
            "The token is shown this once. Scope read changes nothing, full may do what the account may.",
        .status = 201,
    },
    Endpoint{
        .method = del,
        .pattern = "/login/profile/tokens/{id}",
        .tag = own,
        .summary = "Revoke an API token",
        .fields = "deleted:integer",
    },
    Endpoint{
        .method = get,
        .pattern = "/login/accounts",
        .tag = accounts,
        .summary = "The accounts' page",
        .answer = page,
    },
    Endpoint{
        .method = get,
        .pattern = "/login/accounts/json",
        .tag = accounts,
        .summary = "Accounts",
        .query = paging,
        .answer = paged,
        .fields = account_fields,
    },
    Endpoint{
        .method = post,
        .pattern = "/login/accounts",
        .tag = accounts,
        .summary = "Create an account",
        .body = account_body,
        .fields = account_fields,
        .status = 201,
    },
    Endpoint{
        .method = put,
        .pattern = "/login/accounts/{id}",
        .tag = accounts,
        .summary = "Change an account",
        .body = account_change,
        .fields = account_fields,
        .description =
            "What is not sent stays. A new password ends the account's sessions and access tokens.",
    },
    Endpoint{
        .method = del,
        .pattern = "/login/accounts/{id}",
        .tag = accounts,
        .summary = "Delete an account",
        .fields = "deleted:integer",
    },
};

}  // namespace

std::span<const Endpoint> accounts_endpoints() {
    return table;
}

}  // namespace silaware::portal
