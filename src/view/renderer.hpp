#pragma once

#include <concepts>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "view/catalogue.hpp"
#include "view/mails.hpp"
#include "view/pages.hpp"

namespace silaware::view {

/// Values for the markers of a template, sections to show and rows to repeat.
struct Fields {
    std::vector<std::pair<std::string, std::string>> values = {};
    std::vector<std::string> sections = {};
    std::vector<std::pair<std::string, std::vector<Fields>>> rows = {};

    void show_if(bool shown, std::string section) {
        if (shown) sections.push_back(std::move(section));
    }
};

/// Turns the struct of a page or mail into HTML or text. Thread safe after `open`.
class Renderer {
  public:
    /// Reads and checks every template, text and asset name once, for every language, so that a missing one
    /// is an error at the start and never on a page. `templates` holds the .tpl files and i18n/,
    /// `static_folder` is the built one.
    static core::Result<Renderer> open(const std::filesystem::path& templates,
                                       const std::filesystem::path& static_folder);
    Renderer(Renderer&&) noexcept;
    Renderer& operator=(Renderer&&) noexcept;
    ~Renderer();

    /// A page that needs nothing but its chrome. The answer is a whole HTML document in UTF-8.
    template <std::derived_from<Chrome> Page>
    std::string render(const Page& page) const {
        return document(Page::name, page, {});
    }
    std::string render(const MeterPage& page) const;
    std::string render(const ProfilePage& page) const;
    std::string render(const LoginPage& page) const;
    std::string render(const ForgotPasswordPage& page) const;
    std::string render(const ResetPasswordPage& page) const;
    std::string render(const ErrorPage& page) const;

    Mail render(const MaintenanceMail& mail) const;
    Mail render(const ClimateMail& mail) const;
    Mail render(const AlertMail& mail) const;
    Mail render(const DigestMail& mail) const;
    Mail render(const TestMail& mail) const;
    Mail render(const PasswordResetMail& mail) const;
    Mail render(const MonthlyMail& mail) const;

    /// What an alert of `kind` says of itself: a sentence with its value and limit.
    std::string alert_sentence(const std::string& language, std::string_view kind,
                               const std::optional<double>& value, const std::optional<double>& limit) const;

    const Catalogue& texts() const;

  private:
    struct State;
    explicit Renderer(std::unique_ptr<State> state);
    std::string document(std::string_view name, const Chrome& chrome, Fields content) const;
    Mail mail(std::string_view name, const MailFrame& frame, Fields content) const;
    std::string text(const std::string& language, const std::string& key) const;
    std::string alert_text(const std::string& language, std::string_view prefix, std::string_view kind) const;
    /// Value and limit of an alert with their unit; empty where there is none.
    struct Measured {
        std::string value;
        std::string limit;
    };
    Measured with_units(const std::string& language, std::string_view kind,
                        const std::optional<double>& value, const std::optional<double>& limit) const;
    Fields alert_fields(const AlertMail& alert) const;

    std::unique_ptr<State> state_;
};

}  // namespace silaware::view
