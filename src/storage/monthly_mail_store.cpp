#include "storage/monthly_mail_store.hpp"

namespace silaware::storage {

namespace {

constexpr std::string_view select_receivers =
    "SELECT monthly_mailreceiver FROM monthly_mail_settings WHERE id = 1";
constexpr std::string_view save_receivers = R"(
    INSERT INTO monthly_mail_settings (id, monthly_mailreceiver) VALUES (1, ?)
    ON DUPLICATE KEY UPDATE monthly_mailreceiver = VALUES(monthly_mailreceiver))";
constexpr std::string_view count_month = "SELECT COUNT(*) FROM monthly_mails WHERE month = ?";
constexpr std::string_view insert_month = "INSERT IGNORE INTO monthly_mails (month, queued_ms) VALUES (?, ?)";

}  // namespace

std::string monthly_receivers(Connection& connection) {
    return connection.select_one<std::string>(select_receivers).value_or("");
}

void write_monthly_receivers(Connection& connection, const std::string& receivers) {
    connection.execute(save_receivers, receivers);
}

bool is_month_told(Connection& connection, std::string_view month) {
    return connection.select_one<std::int64_t>(count_month, month).value_or(0) > 0;
}

bool claim_month(Connection& connection, std::string_view month, core::Instant now) {
    return connection.execute(insert_month, month, core::epoch_ms(now)) == 1;
}

}  // namespace silaware::storage
