#include "portal/sign_in.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "portal/portal.hpp"
#include "storage/login_failure_store.hpp"

namespace silaware::portal {

namespace {

using core::ErrorCode;

constexpr std::size_t most_twins = 3;  // accounts of an older system under one name

/// Failures of one sign-in's name and address.
class Failures {
  public:
    Failures(const Portal& portal, std::vector<std::string> subjects)
        : portal_(portal), store_(portal.database), subjects_(std::move(subjects)) {}

    /// Until when no attempt is allowed, if so.
    std::optional<core::Seconds> wait() const {
        const auto& limit = portal_.settings.login_limit;
        std::optional<core::Seconds> longest;
        for (const std::string& subject : subjects_) {
            const auto now = portal_.now();
            const auto newest = store_.newest(subject, limit.failures, now - limit.window);
            const auto wait = auth::retry_after(newest, limit, now);
            if (wait && (!longest || *wait > *longest)) longest = wait;
        }
        return longest;
    }

    /// True if the limit had been reached before: of guesses made at once, no more are answered than of
    /// guesses made one by one.
    bool add() {
        const auto& limit = portal_.settings.login_limit;
        const auto now = portal_.now();
        bool beyond = false;
        for (const std::string& subject : subjects_) {
            store_.add(subject, now);
            const auto newest = store_.newest(subject, limit.failures + 1, now - limit.window);
            beyond = beyond || newest.size() > limit.failures;
        }
        store_.sweep(now - limit.window);
        return beyond;
    }

    /// A success proves that the name's failures were its owner's.
    void forget_name() { store_.forget(subjects_.front()); }

  private:
    const Portal& portal_;
    storage::LoginFailureStore store_;
    std::vector<std::string> subjects_;  // the name first
};

SignInRefusal too_many(core::Seconds wait) {
    return {{ErrorCode::too_many, "Too many wrong attempts: try again later.", {}}, wait};
}

SignInRefusal wrong() {
    return {{ErrorCode::unauthorized, "The user name or the password is wrong.", {}}};
}

struct Match {
    std::optional<storage::Credentials> credentials = {};
    auth::Verdict verdict = auth::Verdict::wrong;
};

Match match(const Portal& portal, const std::string& password, std::vector<storage::Credentials> candidates) {
    if (candidates.empty()) candidates.emplace_back();  // the same work for a name that nobody has
    if (candidates.size() > most_twins) candidates.resize(most_twins);
    for (auto& candidate : candidates) {
        const auto verdict =
            auth::verify_password(password, candidate.password_hash, portal.settings.password_storage);
        if (verdict != auth::Verdict::wrong) return {std::move(candidate), verdict};
    }
    return {};
}

void write_failure(const Portal& portal, const SignInAttempt& attempt, bool known) {
    // A password typed into the name's field must not end up in the log.
    const std::string subject = known ? attempt.username : "unknown name";
    spdlog::warn("failed sign-in of {} from {}", known ? attempt.username : "an unknown name",
                 attempt.address);
    portal.database.transaction([&](storage::Connection& connection) {
        storage::record_audit(connection, {"", attempt.address, portal.now()}, "login.failed", subject, {},
                              {{"way", attempt.way}});
    });
}

}  // namespace

tl::expected<storage::Credentials, SignInRefusal> sign_in(const Portal& portal,
                                                          const SignInAttempt& attempt) {
    std::vector<std::string> subjects = {auth::name_subject(attempt.username)};
    if (auto address = auth::address_subject(attempt.address)) subjects.push_back(std::move(*address));
    Failures failures(portal, std::move(subjects));
    if (const auto wait = failures.wait()) return tl::unexpected(too_many(*wait));

    storage::AccountStore accounts(portal.database);
    const auto candidates = accounts.credentials(attempt.username);
    auto found = match(portal, attempt.password, candidates);
    if (!found.credentials) {
        write_failure(portal, attempt, !candidates.empty());
        if (failures.add()) return tl::unexpected(too_many(failures.wait().value_or(core::Seconds(1))));
        return tl::unexpected(wrong());
    }
    if (const auto wait = failures.wait()) return tl::unexpected(too_many(*wait));
    failures.forget_name();
    if (found.verdict == auth::Verdict::right_but_outdated) {
        accounts.rehash(found.credentials->id, found.credentials->password_hash,
                        auth::hash_password(attempt.password, portal.settings.password_storage));
    }
    accounts.record_login(found.credentials->id, {found.credentials->username, attempt.address, portal.now()},
                          attempt.way);
    return std::move(*found.credentials);
}

tl::expected<PasswordCheck, SignInRefusal> check_own_password(const Portal& portal, std::int64_t account_id,
                                                              const std::string& password) {
    Failures failures(portal, {fmt::format("password:{}", account_id)});
    if (const auto wait = failures.wait()) return tl::unexpected(too_many(*wait));
    const auto credentials = storage::AccountStore(portal.database).credentials(account_id);
    if (credentials && match(portal, password, {*credentials}).credentials) {
        failures.forget_name();
        return PasswordCheck::right;
    }
    if (failures.add()) return tl::unexpected(too_many(failures.wait().value_or(core::Seconds(1))));
    return PasswordCheck::wrong;
}

}  // namespace silaware::portal
