#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "view/mails.hpp"

namespace silaware::view {
class Renderer;
}

namespace silaware::alerts {

/// How the mails are worded.
struct MailTexts {
    std::function<view::Mail(const view::MaintenanceMail&)> maintenance;
    std::function<view::Mail(const view::ClimateMail&)> climate;
    std::function<view::Mail(const view::AlertMail&)> alert;
    std::function<view::Mail(const view::DigestMail&)> digest;
    /// What an alert says of itself, in English; programs read it, pages and mails say it in their language.
    std::function<std::string(std::string_view kind, std::optional<double> value,
                              std::optional<double> limit)>
        sentence;
};

/// By the templates; the renderer must outlive them.
MailTexts texts_of(const view::Renderer& renderer);

struct Options {
    core::SiteZone zone;
    MailTexts texts;
    std::string public_url = {};         ///< without a slash at the end; empty: no links
    std::filesystem::path home = ".";    ///< whose disk is watched
    std::int64_t spool_limit_bytes = 0;  ///< 0: not watched
    int outbox_months = 4;               ///< how long mails that left are kept
};

}  // namespace silaware::alerts
