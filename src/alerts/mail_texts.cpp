#include "alerts/options.hpp"
#include "view/renderer.hpp"

namespace silaware::alerts {

MailTexts texts_of(const view::Renderer& renderer) {
    return {[&renderer](const view::MaintenanceMail& mail) { return renderer.render(mail); },
            [&renderer](const view::ClimateMail& mail) { return renderer.render(mail); },
            [&renderer](const view::AlertMail& mail) { return renderer.render(mail); },
            [&renderer](const view::DigestMail& mail) { return renderer.render(mail); },
            [&renderer](std::string_view kind, std::optional<double> value, std::optional<double> limit) {
                return renderer.alert_sentence("en", kind, value, limit);
            }};
}

}  // namespace silaware::alerts
