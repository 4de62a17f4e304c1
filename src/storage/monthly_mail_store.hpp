#pragma once

#include <string>
#include <string_view>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// Who gets the summary of the past month, comma-separated; empty: nobody. Throws DatabaseError; so do the
/// others.
std::string monthly_receivers(Connection& connection);
void write_monthly_receivers(Connection& connection, const std::string& receivers);

/// Whether the summary of `month` (`2026-11`) went into the outbox.
bool is_month_told(Connection& connection, std::string_view month);
/// Notes that it goes into the outbox, in the caller's transaction. False if it did before; waits for another
/// transaction that is about to.
bool claim_month(Connection& connection, std::string_view month, core::Instant now);

}  // namespace silaware::storage
