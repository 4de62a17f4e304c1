#pragma once

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "storage/migrations.hpp"

namespace silaware::tests {

/// A database of its own on the server that DB_SOCKET names, migrated, dropped at the end.
class FreshDatabase {
  public:
    explicit FreshDatabase(bool migrated = true) {
        const char* socket = std::getenv("DB_SOCKET");
        if (socket == nullptr)
            throw std::runtime_error("set DB_SOCKET, or run through tests/support/with_mariadb.py");
        static int counter = 0;
        options_.socket = socket;
        options_.name = "test_" + std::to_string(getpid()) + "_" + std::to_string(++counter);
        storage::create_database_if_missing(options_);
        database_ = std::make_unique<storage::Database>(options_);
        if (migrated && !storage::migrate(*database_->acquire(), [](const std::string&) {})) {
            throw std::runtime_error("the migration failed");
        }
    }
    ~FreshDatabase() { database_->acquire()->run_script("DROP DATABASE " + options_.name); }
    FreshDatabase(const FreshDatabase&) = delete;
    FreshDatabase& operator=(const FreshDatabase&) = delete;

    storage::Database& operator*() { return *database_; }
    storage::Database* operator->() { return database_.get(); }
    const storage::DatabaseOptions& options() const { return options_; }

  private:
    storage::DatabaseOptions options_;
    std::unique_ptr<storage::Database> database_;
};

}  // namespace silaware::tests
