#include "view/renderer.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>

#include "view/assets.hpp"
#include "view/template_source.hpp"

namespace silaware::view {
namespace {

using core::Result;

constexpr std::string_view kHtmlPragma = "{{%AUTOESCAPE context=\"HTML\"}}";

struct Document {
    std::string_view name;
    std::string_view layout;
};
constexpr std::array kDocuments{
    Document{SummaryPage::name, "layout.tpl"},     Document{MeterPage::name, "layout.tpl"},
    Document{UtilitiesPage::name, "layout.tpl"},   Document{ClimatePage::name, "layout.tpl"},
    Document{DevicesPage::name, "layout.tpl"},     Document{AccountsPage::name, "layout.tpl"},
    Document{ReportPage::name, "layout.tpl"},      Document{EnergyReportPage::name, "layout.tpl"},
    Document{SettingsPage::name, "layout.tpl"},    Document{AlertsPage::name, "layout.tpl"},
    Document{QuarantinePage::name, "layout.tpl"},  Document{AuditPage::name, "layout.tpl"},
    Document{ProfilePage::name, "layout.tpl"},     Document{ApiPage::name, "layout.tpl"},
    Document{LoginPage::name, "layout_plain.tpl"}, Document{ForgotPasswordPage::name, "layout_plain.tpl"},
    Document{ErrorPage::name, "layout_plain.tpl"}, Document{ResetPasswordPage::name, "layout_plain.tpl"},
};
constexpr std::array kMails{MaintenanceMail::name, ClimateMail::name, AlertMail::name,
                            DigestMail::name,      TestMail::name,    PasswordResetMail::name,
                            MonthlyMail::name};

Result<std::string> read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in) return core::fail(core::ErrorCode::internal, "the template " + file.string() + " can't be read");
    return content;
}

Result<std::string> read_html(const std::filesystem::path& file) {
    auto content = read_text(file);
    if (content && !content->starts_with(kHtmlPragma)) {
        return core::fail(core::ErrorCode::internal,
                          file.string() + " does not start with " + std::string(kHtmlPragma));
    }
    return content;
}

std::string key_of(std::string_view language, std::string_view name) {
    return std::string(language) + "/" + std::string(name);
}

void fill(ctemplate::TemplateDictionary& dictionary, const Fields& fields) {
    for (const auto& [marker, value] : fields.values)
        dictionary.SetValue(marker, value);
    for (const auto& section : fields.sections)
        dictionary.ShowSection(section);
    for (const auto& [section, rows] : fields.rows) {
        for (const auto& row : rows)
            fill(*dictionary.AddSectionDictionary(section), row);
    }
}

Fields chrome_fields(const Chrome& chrome, Fields fields) {
    fields.values.insert(fields.values.end(), {{"USERNAME", chrome.username},
                                               {"ROLE", chrome.role},
                                               {"CSRF_TOKEN", chrome.csrf_token},
                                               {"PATH", chrome.path},
                                               {"VERSION", chrome.version},
                                               {"TIMEZONE", chrome.timezone},
                                               {"SITE_TIME", chrome.site_time},
                                               {"BROKER_HOST", chrome.broker.host},
                                               {"BROKER_OPTIONS", chrome.broker.options},
                                               {"POWER_TOPIC", chrome.broker.power_topic},
                                               {"UTILS_TOPIC", chrome.broker.utils_topic},
                                               {"CLIMATE_TOPIC", chrome.broker.climate_topic},
                                               {"CURRENCY", chrome.currency}});
    fields.show_if(chrome.role == "admin", "ADMIN");
    fields.show_if(chrome.role == "user", "VIEWER");
    fields.show_if(!chrome.username.empty(), "SIGNED_IN");
    fields.show_if(chrome.mail, "MAIL");
    return fields;
}

const std::string& heading_of(const MeterPage& page) {
    if (!page.device_name.empty()) return page.device_name;
    return page.location.empty() ? page.uid : page.location;
}

}  // namespace

struct Renderer::State {
    Catalogue texts;
    Assets assets;
    std::filesystem::path folder;
    ctemplate::TemplateCache templates;

    Result<void> load_all();
    Result<void> load_document(const std::string& language, const Document& document);
    Result<void> load_mail(const std::string& language, std::string_view name);
    Result<void> add(const std::string& key, const std::string& content, ctemplate::Strip strip);
    std::string expand(const std::string& key, ctemplate::Strip strip, const Fields& fields) const;
    TemplateContext context(const std::string& language, std::string_view page) const {
        return {.texts = &texts, .assets = &assets, .language = language, .page = std::string(page)};
    }
};

Result<void> Renderer::State::add(const std::string& key, const std::string& content,
                                  ctemplate::Strip strip) {
    if (!templates.StringToTemplateCache(key, content, strip)) {
        return core::fail(core::ErrorCode::internal, "the template " + key + " has a syntax error");
    }
    return {};
}

Result<void> Renderer::State::load_document(const std::string& language, const Document& document) {
    const auto layout = read_html(folder / document.layout);
    if (!layout) return core::fail(layout.error());
    const auto page = read_html(folder / (std::string(document.name) + ".tpl"));
    if (!page) return core::fail(page.error());
    auto scope = context(language, document.name);
    const auto body = expand_directives(std::string_view(*page).substr(kHtmlPragma.size()), scope);
    if (!body) return core::fail(body.error());
    scope.body = *body;
    const auto whole = expand_directives(*layout, scope);
    if (!whole) return core::fail(whole.error());
    return add(key_of(language, document.name), *whole, ctemplate::STRIP_BLANK_LINES);
}

Result<void> Renderer::State::load_mail(const std::string& language, std::string_view name) {
    const auto stem = "mail/" + std::string(name);
    const auto layout = read_html(folder / "mail/layout.tpl");
    if (!layout) return core::fail(layout.error());
    const auto html = read_html(folder / (stem + ".tpl"));
    if (!html) return core::fail(html.error());
    const auto plain = read_text(folder / (stem + ".txt"));
    if (!plain) return core::fail(plain.error());

    auto scope = context(language, name);
    const auto body = expand_directives(std::string_view(*html).substr(kHtmlPragma.size()), scope);
    if (!body) return core::fail(body.error());
    scope.body = *body;
    const auto whole = expand_directives(*layout, scope);
    if (!whole) return core::fail(whole.error());
    scope.plain_text = true;
    const auto text = expand_directives(*plain, scope);
    if (!text) return core::fail(text.error());
    if (const auto added = add(key_of(language, stem) + ".html", *whole, ctemplate::STRIP_BLANK_LINES);
        !added) {
        return added;
    }
    return add(key_of(language, stem) + ".txt", *text, ctemplate::DO_NOT_STRIP);
}

Result<void> Renderer::State::load_all() {
    for (const auto& language : texts.languages()) {
        for (const auto& document : kDocuments) {
            if (const auto loaded = load_document(language, document); !loaded) return loaded;
        }
        for (const auto name : kMails) {
            if (const auto loaded = load_mail(language, name); !loaded) return loaded;
        }
    }
    templates.Freeze();
    return {};
}

std::string Renderer::State::expand(const std::string& key, ctemplate::Strip strip,
                                    const Fields& fields) const {
    ctemplate::TemplateDictionary dictionary(key);
    fill(dictionary, fields);
    std::string out;
    if (!templates.ExpandNoLoad(key, strip, &dictionary, nullptr, &out)) {
        throw std::logic_error("the template " + key + " can't be expanded");
    }
    return out;
}

Result<Renderer> Renderer::open(const std::filesystem::path& templates,
                                const std::filesystem::path& static_folder) {
    auto texts = Catalogue::load(templates / "i18n");
    if (!texts) return core::fail(texts.error());
    auto assets = Assets::load(static_folder);
    if (!assets) return core::fail(assets.error());
    auto state = std::make_unique<State>();
    state->texts = std::move(*texts);
    state->assets = std::move(*assets);
    state->folder = templates;
    if (const auto loaded = state->load_all(); !loaded) return core::fail(loaded.error());
    return Renderer(std::move(state));
}

Renderer::Renderer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer& Renderer::operator=(Renderer&&) noexcept = default;
Renderer::~Renderer() = default;

const Catalogue& Renderer::texts() const {
    return state_->texts;
}

std::string Renderer::text(const std::string& language, const std::string& key) const {
    const auto* found = state_->texts.find(language, key);
    return found == nullptr ? key : *found;
}

std::string Renderer::document(std::string_view name, const Chrome& chrome, Fields content) const {
    const auto language = state_->texts.speaks(chrome.language) ? chrome.language : "en";
    return state_->expand(key_of(language, name), ctemplate::STRIP_BLANK_LINES,
                          chrome_fields(chrome, std::move(content)));
}

std::string Renderer::render(const MeterPage& page) const {
    Fields fields{.values = {{"UID", page.uid}, {"HEADING", heading_of(page)}, {"LOCATION", page.location}}};
    fields.show_if(!page.location.empty() && page.location != heading_of(page), "WITH_LOCATION");
    fields.sections.push_back("HEADED");
    return document(page.name, page, std::move(fields));
}

std::string Renderer::render(const ProfilePage& page) const {
    Fields fields{.values = {{"EMAIL", page.email},
                             {"LAST_LOGIN_AT", page.last_login_at},
                             {"LAST_LOGIN_FROM", page.last_login_from}}};
    fields.show_if(!page.last_login_at.empty(), "LAST_LOGIN");
    return document(page.name, page, std::move(fields));
}

std::string Renderer::render(const LoginPage& page) const {
    Fields fields{.values = {{"ENTERED_NAME", page.entered_name}, {"NEXT", page.next}}};
    fields.show_if(page.failure == LoginFailure::wrong, "WRONG");
    fields.show_if(page.failure == LoginFailure::too_many, "TOO_MANY");
    fields.show_if(page.failure == LoginFailure::busy, "BUSY");
    fields.show_if(page.failure == LoginFailure::expired, "EXPIRED");
    fields.show_if(page.failure == LoginFailure::ended, "ENDED");
    fields.show_if(page.failure == LoginFailure::no_cookie, "NO_COOKIE");
    fields.show_if(page.cookie_at_risk || page.failure == LoginFailure::no_cookie, "COOKIE_AT_RISK");
    fields.show_if(page.password_reset && page.failure == LoginFailure::none, "PASSWORD_RESET");
    return document(page.name, page, std::move(fields));
}

std::string Renderer::render(const ForgotPasswordPage& page) const {
    return document(page.name, page, {.sections = {page.sent ? "SENT" : "ASK"}});
}

std::string Renderer::render(const ResetPasswordPage& page) const {
    Fields fields{.values = {{"TOKEN", page.token}, {"PROBLEM_TEXT", page.problem}}};
    fields.sections.push_back(page.link_is_stale ? "STALE" : "FORM");
    fields.show_if(!page.problem.empty(), "PROBLEM");
    return document(page.name, page, std::move(fields));
}

std::string Renderer::render(const ErrorPage& page) const {
    const auto language = state_->texts.speaks(page.language) ? page.language : "en";
    const bool known = state_->texts.find(language, fmt::format("error.{}.title", page.status)) != nullptr;
    const auto key = fmt::format("error.{}.", known ? page.status : 500);
    Fields fields{.values = {{"STATUS", std::to_string(page.status)},
                             {"HEADLINE", text(language, key + "title")},
                             {"EXPLANATION", text(language, key + "text")},
                             {"MESSAGE_TEXT", page.message}}};
    fields.show_if(!page.message.empty(), "MESSAGE");
    fields.show_if(page.status == 429 || page.status >= 500, "RETRY");
    return document(page.name, page, std::move(fields));
}

Mail Renderer::mail(std::string_view name, const MailFrame& frame, Fields content) const {
    const auto language = state_->texts.speaks(frame.language) ? frame.language : "en";
    const auto stem = key_of(language, "mail/" + std::string(name));
    content.values.insert(content.values.end(), {{"LINK", frame.link}, {"SITE_TIME", frame.site_time}});
    content.show_if(!frame.link.empty(), "WITH_LINK");
    auto plain = state_->expand(stem + ".txt", ctemplate::DO_NOT_STRIP, content);
    // The first line of the text template is the subject, an empty line follows it.
    const auto end = plain.find('\n');
    Mail mail{
        .subject = plain.substr(0, end), .text = plain.substr(std::min(plain.size(), end + 2)), .html = {}};
    content.values.emplace_back("SUBJECT", mail.subject);
    mail.html = state_->expand(stem + ".html", ctemplate::STRIP_BLANK_LINES, content);
    return mail;
}

}  // namespace silaware::view
