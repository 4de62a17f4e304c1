#include "ingest/ingest.hpp"

#include <thread>

#include <spdlog/spdlog.h>

#include "core/clock.hpp"
#include "ingest/housekeeping.hpp"
#include "storage/migrations.hpp"

namespace silaware::ingest {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t batch_messages = 2'500;
constexpr std::int64_t batch_bytes = 2 * 1024 * 1024;
constexpr std::chrono::milliseconds idle_wait{250};
constexpr std::int64_t tidy_messages = 20'000;
constexpr std::chrono::seconds tidy_every{1};
constexpr std::chrono::milliseconds publish_every{500};
constexpr std::chrono::milliseconds first_retry{250};
constexpr std::chrono::milliseconds longest_retry{5'000};
constexpr std::chrono::minutes log_every{1};

void log_mqtt(mqtt::LogLevel level, std::string_view text) {
    switch (level) {
        case mqtt::LogLevel::debug:
            return spdlog::debug("mqtt: {}", text);
        case mqtt::LogLevel::info:
            return spdlog::info("mqtt: {}", text);
        case mqtt::LogLevel::warning:
            return spdlog::warn("mqtt: {}", text);
        case mqtt::LogLevel::error:
            return spdlog::error("mqtt: {}", text);
    }
}

}  // namespace

Ingest::Ingest(spool::Spool& spool, storage::Database& database, Options options,
               mqtt::SubscriberOptions subscriber)
    : spool_(spool),
      database_(database),
      options_(std::move(options)),
      subscriber_(std::move(subscriber), handlers()),
      writer_(database_, options_, spool_.id()),
      counters_(spool_),
      newest_before_(spool_.status().last_seq) {}

mqtt::SubscriberHandlers Ingest::handlers() {
    return {.connected =
                [this](bool session_present) {
                    const auto begun = spool_.begin_connection(subscriber_.session(), session_present);
                    if (!begun) spdlog::error("spool: {}", begun.error().message);
                    return begun.has_value();
                },
            .store = [this](std::span<const mqtt::Message> messages) { return append(messages); },
            .settled = [this] { spool_.settle(); },
            .has_room = [this] { return spool_.has_room(); },
            .log = log_mqtt};
}

bool Ingest::append(std::span<const mqtt::Message> messages) {
    std::vector<spool::Arrival> arrivals;
    arrivals.reserve(messages.size());
    for (const mqtt::Message& message : messages) {
        arrivals.push_back({message.topic, message.payload, message.received_at, message.packet_id,
                            message.retained, message.redelivered});
    }
    const auto appended = spool_.append(arrivals);
    if (!appended)
        spdlog::error("spool: {}; the broker keeps the messages meanwhile", appended.error().message);
    return appended.has_value();
}

void Ingest::run(std::stop_token stop) {
    std::jthread housekeeping([this](std::stop_token own) { Housekeeping(database_, options_).run(own); });
    std::jthread writer([this](std::stop_token own) { write_until(own); });
    std::jthread publishing([this](std::stop_token own) { publish_counters_until(own); });
    subscriber_.run(stop);
    counters_.connection(false);
    // The writer is stopped after the last message is in the spool.
    writer.request_stop();
    housekeeping.request_stop();
    publishing.request_stop();
    writer.join();
    housekeeping.join();
    publishing.join();
    publish_counters();
}

void Ingest::write_until(std::stop_token stop) {
    std::chrono::milliseconds retry = first_retry;
    while (!stop.stop_requested()) {
        try {
            write_backlog(stop);
        } catch (const SpoolShared& shared) {
            part_behind_ = shared.own_through;
            continue;
        } catch (const storage::DatabaseError& error) {
            database_failed(error);
            if (std::exchange(progressed_, false)) retry = first_retry;
            core::pause(stop, retry);
            retry = std::min(retry * 2, longest_retry);
            continue;
        } catch (const std::exception& error) {
            spdlog::critical("ingest: {}; trying again", error.what());
            core::pause(stop, longest_retry);
        }
        retry = first_retry;
    }
}

/// Under an id of its own nothing of this spool is taken for something of the other's.
void Ingest::part_from_copy() {
    const std::int64_t stored = *part_behind_;
    if (const auto removed = spool_.remove_through(stored); !removed)
        throw std::runtime_error("spool: " + removed.error().message);
    const std::string former = spool_.id();
    if (const auto renewed = spool_.renew(); !renewed)
        throw std::runtime_error("spool: " + renewed.error().message);
    spdlog::critical(
        "spool: the database goes on with another copy of it (id {}), on a cloned machine perhaps, or this "
        "one was put back from a backup; it continues as {}, its messages behind {} are its own",
        former, spool_.id(), stored);
    writer_.continue_as(spool_.id());
    tidied_through_ = -1;
    newest_before_.reset();
    part_behind_.reset();
}

void Ingest::write_backlog(std::stop_token stop) {
    // The database that is there now may be another one than at the start.
    if (const auto usable = storage::require_current_schema(*database_.acquire()); !usable)
        throw storage::DatabaseError(0, usable.error().message);
    if (part_behind_) part_from_copy();
    const spool::Status status = spool_.status();
    const storage::SpoolPosition start =
        writer_.position(status.last_seq - status.messages + 1,
                         status.received - status.duplicates - status.messages, newest_before_);
    newest_before_.reset();
    counters_.committed(start);
    database_reachable_ = true;
    // A server that only lets us read is not back: the first rows will tell.
    if (status.messages == 0) database_works(0);
    std::int64_t position = start.position;
    tidy_spool(position, Tidying::now);
    ReadAhead ahead([this](std::int64_t after) { return read(after); });
    // It may also have been another thread that lost the database, while there was nothing to write.
    while (!stop.stop_requested() && database_reachable_) {
        Portion portion = ahead.take(position);
        if (portion.messages.empty()) {
            tidy_spool(position, Tidying::now);
            spool_.wait_past(position, idle_wait);
            continue;
        }
        position = write(std::move(portion), ahead, stop).position;
        database_works(status.messages);
        tidy_spool(position, Tidying::when_due);
    }
    tidy_spool(position, Tidying::now);
}

Portion Ingest::read(std::int64_t after) const {
    auto messages = spool_.read(after, batch_messages, batch_bytes);
    if (!messages) throw std::runtime_error("spool: " + messages.error().message);
    Portion portion{after, std::move(*messages), {}};
    portion.batch = writer_.prepare(portion.messages);
    return portion;
}

/// Not a portion that is small yet: it would be larger, and so cheaper, if it waited.
void Ingest::look_ahead(ReadAhead& ahead, std::int64_t after) const {
    if (spool_.status().last_seq - after >= batch_messages) ahead.begin(after);
}

/// Together with the portions that are read by then, in one transaction.
storage::SpoolPosition Ingest::write(Portion first, ReadAhead& ahead, const std::stop_token& stop) {
    const auto begin = Clock::now();
    Portion following;
    std::int64_t end = first.end();
    look_ahead(ahead, end);
    const BatchWriter::Next next = [&]() -> Batch* {
        if (stop.stop_requested() || !ahead.has(end)) return nullptr;
        try {
            following = ahead.take(end);
        } catch (const std::exception&) {
            return nullptr;  // no fault of the transaction; it will be met again
        }
        end = following.end();
        look_ahead(ahead, end);
        return &following.batch;
    };
    const storage::SpoolPosition written =
        writer_.write(std::move(first.batch), ahead.has(end) ? next : nullptr);
    if (following.after == written.position) ahead.give_back(std::move(following));
    counters_.committed(written);
    counters_.batch_done(Clock::now() - begin);
    return written;
}

/// Stored messages leave the spool many at a time: that costs less than after each batch.
void Ingest::tidy_spool(std::int64_t position, Tidying when) {
    const auto now = Clock::now();
    const spool::Status spool = spool_.status();
    const bool due = position - tidied_through_ >= tidy_messages || now - tidied_ >= tidy_every ||
                     spool.bytes > spool.limit_bytes / 4;
    if (position == tidied_through_ || (when == Tidying::when_due && !due)) return;
    if (tidying_fails_ && now - tidied_ < tidy_every) return;
    tidied_ = now;
    const auto removed = spool_.remove_through(position);
    if (removed) {
        tidied_through_ = position;
    } else if (!tidying_fails_) {
        spdlog::warn("spool: {}; trying again every second", removed.error().message);
    }
    tidying_fails_ = !removed;
}

void Ingest::publish_counters_until(std::stop_token stop) {
    auto logged = Clock::now() - log_every;
    while (!stop.stop_requested()) {
        counters_.connection(subscriber_.state().connected);
        publish_counters();
        if (Clock::now() - logged >= log_every) {
            logged = Clock::now();
            log_counters();
        }
        core::pause(stop, publish_every);
    }
}

void Ingest::publish_counters() {
    if (!database_reachable_) return;
    try {
        storage::save_ingest_counters(database_, counters_.snapshot());
    } catch (const storage::DatabaseError& error) {
        database_failed(error);
    }
}

void Ingest::database_failed(const storage::DatabaseError& error) {
    database_reachable_ = false;
    if (!trouble_is_told_.exchange(true))
        spdlog::error("database: {}; messages wait in the spool", error.what());
}

void Ingest::database_works(std::int64_t waited) {
    progressed_ = true;
    if (trouble_is_told_.exchange(false)) spdlog::info("database: back; {} messages waited", waited);
}

void Ingest::log_counters() const {
    const storage::IngestCounters counters = counters_.snapshot();
    spdlog::info("ingest: received={} stored={} duplicates={} quarantined={} spooled={}", counters.received,
                 counters.stored, counters.duplicates, counters.quarantined, counters.spooled);
}

}  // namespace silaware::ingest
