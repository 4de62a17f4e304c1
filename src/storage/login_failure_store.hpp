#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace silaware::storage {

/// Failed attempts of the last minutes, shared by all processes. Every method throws DatabaseError.
class LoginFailureStore {
  public:
    explicit LoginFailureStore(Database& database) : database_(database) {}

    /// The newest `count` failures of `subject` since `since`, newest first.
    std::vector<core::Instant> newest(std::string_view subject, std::size_t count, core::Instant since) const;
    void add(std::string_view subject, core::Instant at);
    void forget(std::string_view subject);
    /// Removes some of those before `before`.
    void sweep(core::Instant before);

  private:
    Database& database_;
};

/// LoginFailureStore::forget within a transaction.
void forget_failures(Connection& connection, std::string_view subject);

}  // namespace silaware::storage
