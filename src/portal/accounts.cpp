#include "auth/account_rules.hpp"
#include "portal/answers.hpp"
#include "portal/routes.hpp"
#include "storage/account_store.hpp"

namespace silaware::portal {

namespace {

boost::json::object as_json(const Portal& portal, const storage::Account& account) {
    return {{"id", account.id},
            {"username", account.username},
            {"email", account.email},
            {"role", account.role},
            {"createdDate", instant_ms(portal, account.created_ms)},
            {"last_login_at", instant_ms(portal, account.last_login_ms)}};
}

struct AccountInput {
    std::optional<std::string> username;
    std::optional<std::string> email;
    std::optional<std::string> role;
    std::optional<std::string> password;
};

using Problem = std::optional<std::string> (*)(std::string_view);

void judge(Fields& fields, std::string_view name, const std::optional<std::string>& value,
           Problem problem_with) {
    if (!value) return;
    if (auto problem = problem_with(*value)) fields.refuse(name, std::move(*problem));
}

/// What an older system let in may stay as it is, when it is sent back unchanged.
void drop_unchanged(AccountInput& input, const storage::Account& account) {
    if (input.username == account.username) input.username.reset();
    if (input.email == account.email) input.email.reset();
    if (input.role == account.role) input.role.reset();
}

AccountInput read(Fields& fields) {
    // The name is not trimmed: a blank in it is an error, not something to be repaired.
    AccountInput input{fields.raw("username"), fields.text("email"), fields.text("role"),
                       fields.raw("password")};
    if (input.password && input.password->empty()) input.password.reset();
    return input;
}

core::Result<void> check(Fields& fields, const AccountInput& input) {
    judge(fields, "username", input.username, auth::problem_with_username);
    judge(fields, "email", input.email, auth::problem_with_email);
    judge(fields, "role", input.role, auth::problem_with_role);
    judge(fields, "password", input.password, auth::problem_with_password);
    return fields.check();
}

core::Result<http::Response> list_accounts(const Portal& portal, const http::Request& request) {
    const auto page = storage::AccountStore(portal.database).list(page_request(request));
    return paged(page, [&](const storage::Account& account) { return as_json(portal, account); });
}

core::Result<http::Response> create_account(const Portal& portal, const http::Request& request,
                                            const Visitor& visitor) {
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    Fields fields(*body);
    auto input = read(fields);
    if (!input.role) input.role = "user";
    if (!input.username) fields.refuse("username", "The user name is missing.");
    if (!input.email) fields.refuse("email", "The mail address is missing.");
    if (!input.password) fields.refuse("password", "The password is missing.");
    if (const auto checked = check(fields, input); !checked) return core::fail(checked.error());
    const auto hash = auth::hash_password(*input.password, portal.settings.password_storage);
    storage::AccountStore accounts(portal.database);
    const auto id = accounts.create({*input.username, *input.email, *input.role, hash},
                                    change_by(portal, request, visitor));
    if (!id) return core::fail(id.error());
    return http::Response::json(as_json(portal, accounts.find(*id).value_or(storage::Account{})), 201);
}

core::Result<http::Response> update_account(const Portal& portal, const http::Request& request,
                                            const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto body = request.input();
    if (!body) return core::fail(body.error());
    storage::AccountStore accounts(portal.database);
    const auto account = accounts.find(*id);
    if (!account) return core::fail(core::ErrorCode::not_found, "There is no such account.");
    Fields fields(*body);
    auto input = read(fields);
    drop_unchanged(input, *account);
    if (const auto checked = check(fields, input); !checked) return core::fail(checked.error());
    storage::AccountUpdate update{input.username, input.email, input.role, {}};
    if (input.password)
        update.password_hash = auth::hash_password(*input.password, portal.settings.password_storage);
    const auto changed = accounts.update(*id, update, change_by(portal, request, visitor));
    if (!changed) return core::fail(changed.error());
    return http::Response::json(as_json(portal, *changed));
}

core::Result<http::Response> remove_account(const Portal& portal, const http::Request& request,
                                            const Visitor& visitor) {
    const auto id = path_id(request);
    if (!id) return core::fail(id.error());
    const auto removed =
        storage::AccountStore(portal.database).remove(*id, change_by(portal, request, visitor));
    if (!removed) return core::fail(removed.error());
    return http::Response::json({{"deleted", *id}});
}

}  // namespace

void add_account_routes(http::Router& router, Portal& portal) {
    add_route(router, portal, http::Method::get, "/login/accounts",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return plain_page<view::AccountsPage>(portal, request, visitor);
              });
    add_route(
        router, portal, http::Method::get, "/login/accounts/json",
        [&portal](const http::Request& request, const Visitor&) { return list_accounts(portal, request); });
    add_route(router, portal, http::Method::post, "/login/accounts",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return create_account(portal, request, visitor);
              });
    add_route(router, portal, http::Method::put, "/login/accounts/{id}",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return update_account(portal, request, visitor);
              });
    add_route(router, portal, http::Method::del, "/login/accounts/{id}",
              [&portal](const http::Request& request, const Visitor& visitor) {
                  return remove_account(portal, request, visitor);
              });
}

}  // namespace silaware::portal
