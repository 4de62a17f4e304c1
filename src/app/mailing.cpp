#include "app/mailing.hpp"

namespace silaware::app {

decltype(portal::Portal::send_test_mail) test_mail_sender(const Settings&, storage::Database&) {
    return [](const std::string&, const view::Mail&) -> core::Result<portal::MailOutcome> {
        return core::fail(core::ErrorCode::unavailable, "no mail server is set (MAIL_SERVER)");
    };
}

decltype(portal::Portal::queue_mail) mail_queue(const Settings&, storage::Database&) {
    return [](storage::Connection&, const std::string&, const view::Mail&) {};
}

}  // namespace silaware::app
