#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "http/dispatch.hpp"
#include "http/json.hpp"
#include "http/query.hpp"
#include "portal/portal.hpp"
#include "portal/routes.hpp"
#include "storage/account_store.hpp"
#include "support/fresh_database.hpp"
#include "support/source_path.hpp"

namespace silaware::portal {

/// Templates that hold no more than what the handlers are tested for.
class PlainTemplates {
  public:
    PlainTemplates() {
        std::string pattern = (std::filesystem::temp_directory_path() / "silaware-portal-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        const std::filesystem::path source = tests::source_path("templates");
        std::filesystem::copy(source / "i18n", folder_ / "i18n", std::filesystem::copy_options::recursive);
        std::filesystem::create_directory(folder_ / "mail");
        const std::string layout =
            R"(<html><meta name="csrf-token" content="{{CSRF_TOKEN}}">[[page]]</html>)";
        write("layout.tpl", layout);
        write("layout_plain.tpl", layout);
        for (const auto* name :
             {"summary", "power_monitoring", "utilities", "climate", "devices", "accounts", "report",
              "energy_report", "settings", "alerts", "quarantine", "audit", "api"})
            write(std::string(name) + ".tpl", std::string("page ") + name + " of {{USERNAME}}");
        write("login.tpl",
              "login "
              "{{#WRONG}}WRONG{{/WRONG}}{{#TOO_MANY}}TOO_MANY{{/TOO_MANY}}{{#BUSY}}BUSY{{/"
              "BUSY}}{{#EXPIRED}}EXPIRED{{/EXPIRED}}{{#ENDED}}ENDED{{/ENDED}}"
              "{{#NO_COOKIE}}NO_COOKIE{{/NO_COOKIE}}{{#COOKIE_AT_RISK}}AT_RISK{{/COOKIE_AT_RISK}} "
              "next={{NEXT}}");
        write("mail/layout.tpl", "[[page]]");
        for (const auto* name :
             {"maintenance", "climate", "alert", "digest", "test", "password_reset", "monthly"}) {
            write(std::string("mail/") + name + ".tpl", "{{LINK}}");
            std::ofstream(folder_ / "mail" / (std::string(name) + ".txt")) << "subject\n\n{{LINK}}\n";
        }
        write("profile.tpl", "profile of {{USERNAME}}");
        write("forgot_password.tpl", "{{#SENT}}SENT{{/SENT}}");
        write("reset_password.tpl", "{{#STALE}}STALE{{/STALE}}{{#PROBLEM}}{{PROBLEM_TEXT}}{{/PROBLEM}}");
        write("error.tpl", "error page {{#MESSAGE}}{{MESSAGE_TEXT}}{{/MESSAGE}}");
        std::ofstream(folder_ / "manifest.json") << "{}";
        std::ofstream(folder_ / "imports.json") << "{}";
    }
    ~PlainTemplates() { std::filesystem::remove_all(folder_); }
    const std::filesystem::path& folder() const { return folder_; }

  private:
    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name) << "{{%AUTOESCAPE context=\"HTML\"}}" << text;
    }
    std::filesystem::path folder_;
};

template <typename T>
T or_throw(core::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

/// One database for all tests of the program: migrating it takes longer than they do.
inline tests::FreshDatabase& emptied_database() {
    static tests::FreshDatabase database;
    for (const auto* table : {"accounts", "sessions", "api_tokens", "login_failures", "password_resets",
                              "audit_log", "devices", "known_devices", "settings"})
        database->execute(std::string("DELETE FROM ") + table);
    return database;
}

/// A portal without sockets.
struct TestPortal {
    tests::FreshDatabase& database = emptied_database();
    PlainTemplates files;
    view::Renderer renderer = or_throw(view::Renderer::open(files.folder(), files.folder()));
    http::StaticFiles static_files = or_throw(http::StaticFiles::load(files.folder()));
    core::Instant clock = core::from_epoch_ms(1'800'000'000'123);
    std::vector<std::pair<std::string, view::Mail>> mails;
    Portal portal;
    http::Router router;
    http::ServerHooks hooks;

    TestPortal()
        : portal{.settings = settings(),
                 .zone = core::SiteZone::find("Asia/Jakarta").value(),
                 .database = *database,
                 .report_database = *database,
                 .health_database = *database,
                 .renderer = renderer,
                 .static_files = static_files,
                 .live = std::make_shared<http::EventHub>(),
                 .now = [this] { return clock; },
                 .send_test_mail = {},
                 .queue_mail = [this](storage::Connection&, const std::string& receiver,
                                      const view::Mail& mail) { mails.emplace_back(receiver, mail); }},
          router(make_router(portal)),
          hooks(make_hooks(portal)) {}

    static PortalSettings settings() {
        PortalSettings settings;
        settings.version = "test";
        settings.secret_key = "a secret";
        settings.jwt_secret = "another secret";
        settings.public_url = "https://power.example.com";
        settings.mail_is_set = true;
        settings.session_cookie_secure = false;
        // Hashing is tested elsewhere; here it would only take time.
        settings.password_storage = auth::PasswordStorage::sha256;
        return settings;
    }

    std::int64_t add_account(const std::string& name, const std::string& role, const std::string& password) {
        return storage::AccountStore(*database)
            .create({name, name + "@example.com", role, auth::sha256_hex(password)}, {"test", "test", clock})
            .value();
    }
};

/// One browser, script or attacker: keeps cookies, sends what it is told.
class Browser {
  public:
    explicit Browser(TestPortal& portal) : portal_(portal) {}

    std::map<std::string, std::string> headers = {{"host", "127.0.0.1:8080"}};
    std::map<std::string, std::string> cookies = {};
    std::string address = "192.0.2.1";
    bool turned_away = false;  ///< too many others hash passwords

    http::Response send(http::Method method, const std::string& target, std::string body = {},
                        const std::string& type = {}) {
        http::Request request;
        auto parsed = http::parse_target(target).value();
        request.method = method;
        request.target = target;
        request.path = parsed.path;
        request.query_params = parsed.query;
        request.client_address = address;
        request.content_length = body.size();
        request.turned_away = turned_away;
        for (const auto& [name, value] : headers)
            request.header_fields.add(name, value);
        if (!type.empty()) request.header_fields.add("content-type", type);
        for (const auto& [name, value] : cookies)
            request.cookies.add(name, value);
        request.body = std::move(body);
        auto response = answer(request);
        keep_cookies(response);
        return response;
    }
    http::Response get(const std::string& target) { return send(http::Method::get, target); }
    http::Response json(http::Method method, const std::string& target, const boost::json::value& body = {}) {
        return send(method, target, http::to_json(body), "application/json");
    }
    http::Response form(const std::string& target, const std::map<std::string, std::string>& fields) {
        std::string body;
        for (const auto& [name, value] : fields)
            body +=
                (body.empty() ? "" : "&") + http::percent_encode(name) + "=" + http::percent_encode(value);
        return send(http::Method::post, target, body, "application/x-www-form-urlencoded");
    }

    static std::string csrf_of(const http::Response& page) {
        const std::string text(page.body_text());
        const auto begin = text.find("content=\"") + 9;
        return text.substr(begin, text.find('"', begin) - begin);
    }

    http::Response sign_in(const std::string& name, const std::string& password) {
        const auto token = csrf_of(get("/login"));
        auto response = form("/login", {{"username", name}, {"password", password}, {"csrf_token", token}});
        if (response.status() == 302) headers["x-csrf-token"] = csrf_of(get("/login/devices"));
        return response;
    }
    /// Uses a JWT from now on.
    http::Response sign_in_by_json(const std::string& name, const std::string& password) {
        auto response = json(http::Method::post, "/login", {{"username", name}, {"password", password}});
        if (response.status() == 200) {
            const auto token = http::parse_json(response.body_text())->at("access_token").as_string();
            headers["authorization"] = "Bearer " + std::string(token);
        }
        return response;
    }

  private:
    http::Response answer(http::Request& request) {
        const http::ServerOptions options;
        const http::Dispatch dispatch(options, portal_.router, portal_.hooks);
        auto admitted = dispatch.admit(request);
        if (auto* refused = std::get_if<http::Response>(&admitted)) return std::move(*refused);
        auto& granted = std::get<http::Admitted>(admitted);
        request.context = std::move(granted.grant.context);
        return dispatch.handle(*granted.route, request);
    }

    void keep_cookies(const http::Response& response) {
        for (const auto& [name, value] : response.headers()) {
            if (name != "Set-Cookie") continue;
            const auto equals = value.find('=');
            const auto cookie = value.substr(0, equals);
            if (value.find("Max-Age=0") != std::string::npos) {
                cookies.erase(cookie);
            } else {
                cookies[cookie] = value.substr(equals + 1, value.find(';') - equals - 1);
            }
        }
    }

    TestPortal& portal_;
};

inline boost::json::object body_of(const http::Response& response) {
    auto parsed = http::parse_json(response.body_text());
    return parsed && parsed->is_object() ? parsed->as_object() : boost::json::object{};
}

inline std::string text_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace silaware::portal
