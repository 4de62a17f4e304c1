#include "spool/spool.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "spool/ballast.hpp"
#include "spool/keeper.hpp"
#include "spool/note_file.hpp"
#include "spool/process_lock.hpp"
#include "spool/redelivery.hpp"
#include "spool/store.hpp"

namespace silaware::spool {

using core::ErrorCode;
using core::fail;
using core::Result;

namespace {

constexpr std::int64_t largest_ballast = 32LL * 1024 * 1024;
constexpr std::int64_t page_bytes = 8192;

core::Error explain(const SqliteError& error) {
    const bool disk = error.code() == SQLITE_FULL || error.code() == SQLITE_IOERR ||
                      error.code() == SQLITE_READONLY || error.code() == SQLITE_CANTOPEN;
    return {disk ? ErrorCode::unavailable : ErrorCode::internal,
            fmt::format("the spool refused: {}", error.what())};
}

template <typename Work>
auto guarded(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const SqliteError& error) {
        return fail(explain(error));
    }
}

/// Disk space that appending leaves free, so that deleting can still write; less on a small disk.
std::uintmax_t spare_space(const std::filesystem::path& folder) {
    constexpr std::uintmax_t plenty = 16ULL * 1024 * 1024;
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    return error ? plenty : std::min(plenty, space.capacity / 16);
}

void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

std::vector<Receipt> receipts_of(std::span<const Arrival> arrivals) {
    std::vector<Receipt> receipts;
    receipts.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals) {
        receipts.push_back(
            {.packet_id = arrival.packet_id,
             .redelivered = arrival.redelivered,
             .print = arrival.packet_id == 0 ? Fingerprint{} : fingerprint(arrival.topic, arrival.payload)});
    }
    return receipts;
}

/// Without the first `count` that have a packet id.
template <typename Item>
std::vector<Item> without_redelivered(std::span<const Item> items, std::size_t count) {
    std::vector<Item> rest;
    rest.reserve(items.size() - count);
    for (const Item& item : items) {
        if (item.packet_id != 0 && count > 0) {
            --count;
        } else {
            rest.push_back(item);
        }
    }
    return rest;
}

/// The client id in host:port/client id.
std::string_view client_of(std::string_view session) {
    return session.substr(session.find('/') + 1);
}

/// A disk without any space is no reason not to drain what waits: opening may write, too.
Writer open_writer(const std::filesystem::path& file, Ballast& ballast) {
    try {
        return Writer(file);
    } catch (const SqliteError& refusal) {
        if (explain(refusal).code != ErrorCode::unavailable || !ballast.release()) throw;
    }
    return Writer(file);
}

}  // namespace

/// Locks, in this order: write_mutex_ (the writer and the window), read_mutex_ (the reader), view_mutex_
/// (status_).
class Spool::State {
  public:
    State(ProcessLock lock, const std::filesystem::path& folder, Limits limits);

    std::string id() const {
        const std::lock_guard lock(view_mutex_);
        return id_;
    }
    Result<void> renew();
    Result<void> begin_connection(std::string_view session, bool session_present);
    void settle();
    Result<Appended> append(std::span<const Arrival> arrivals);
    bool has_room() const;
    Result<std::vector<Message>> read(std::int64_t after_seq, std::int64_t max_count, std::int64_t max_bytes);
    bool wait_past(std::int64_t after_seq, std::chrono::milliseconds timeout) const;
    Result<void> remove_through(std::int64_t seq);
    Status status() const;
    std::optional<std::string> note() const;
    Result<void> set_note(std::string_view text);

  private:
    void remove_rows(std::int64_t seq);
    bool remove_next(std::int64_t seq);
    void give_space_back();
    void move_log();
    void move_log_while_writing_rests();
    void publish();
    bool disk_is_short() const;
    bool is_full(const Tally& after) const;
    Result<Appended> store(std::span<const Arrival> fresh, std::span<const Receipt> receipts,
                           std::size_t duplicates);
    Tally tally_after(std::span<const Arrival> fresh, std::size_t duplicates) const;
    std::unique_lock<std::mutex> writing();

    ProcessLock lock_;
    std::filesystem::path folder_;
    Limits limits_;
    std::uintmax_t spare_;
    Ballast ballast_;
    mutable std::mutex note_mutex_;
    NoteFile note_;
    std::atomic<bool> refused_ = false;  ///< the last append found no room
    bool disk_refused_ = false;          ///< and it was the disk that had none
    std::atomic<int> writers_waiting_ = 0;
    std::mutex write_mutex_;
    Writer writer_;
    RedeliveryWindow window_;
    bool log_is_too_long_ = false;
    std::int64_t log_bytes_ = 0;
    std::optional<core::Instant> oldest_;
    std::int64_t forgotten_through_;
    std::mutex read_mutex_;
    Reader reader_;
    mutable std::mutex view_mutex_;
    mutable std::condition_variable grown_;
    Status status_;
    std::string id_;
    Keeper keeper_;
};

Spool::State::State(ProcessLock lock, const std::filesystem::path& folder, Limits limits)
    : lock_(std::move(lock)),
      folder_(folder),
      limits_(limits),
      spare_(spare_space(folder)),
      ballast_(folder / "spool.ballast", std::min(largest_ballast, limits.bytes / 16)),
      note_(folder / "spool.note"),
      writer_(open_writer(folder / "spool.db", ballast_)),
      oldest_(writer_.oldest()),
      forgotten_through_(writer_.tally().removed_through),
      reader_(folder / "spool.db"),
      id_(writer_.spool_id()),
      keeper_(folder / "spool.db", [this] { move_log(); }) {
    writer_.restore(window_);
    // Called inside each commit, under write_mutex_.
    sqlite3_wal_hook(
        writer_.connection().handle(),
        [](void* state, sqlite3*, const char*, int pages) {
            auto& self = *static_cast<State*>(state);
            self.log_bytes_ = pages * page_bytes;
            self.log_is_too_long_ = self.keeper_.log_has_grown_to(pages);
            return SQLITE_OK;
        },
        this);
    ballast_.hold();
    publish();
    sync_folder(folder);
}

std::unique_lock<std::mutex> Spool::State::writing() {
    ++writers_waiting_;
    std::unique_lock lock(write_mutex_);
    --writers_waiting_;
    return lock;
}

/// The writer's figures for those who only look; under write_mutex_.
void Spool::State::publish() {
    const Tally& tally = writer_.tally();
    const std::lock_guard lock(view_mutex_);
    status_ = {.messages = tally.last_seq - forgotten_through_,
               .bytes = tally.bytes,
               .limit_bytes = limits_.bytes,
               .oldest_received_at = tally.last_seq > forgotten_through_ ? oldest_ : std::nullopt,
               .last_seq = tally.last_seq,
               .received = tally.received,
               .duplicates = tally.duplicates,
               .connections = tally.connection};
    grown_.notify_all();
}

Result<void> Spool::State::renew() {
    const auto lock = writing();
    Tally after = writer_.tally();
    after.received = after.last_seq - forgotten_through_;
    after.duplicates = 0;
    return guarded([&]() -> Result<void> {
        writer_.renew(after);
        {
            const std::lock_guard view(view_mutex_);
            id_ = writer_.spool_id();
        }
        publish();
        return {};
    });
}

Result<void> Spool::State::begin_connection(std::string_view session, bool session_present) {
    const auto lock = writing();
    const bool same_session = session_present && client_of(session) == client_of(writer_.session());
    const bool same_name = session == writer_.session();
    Tally after = writer_.tally();
    ++after.connection;
    return guarded([&]() -> Result<void> {
        writer_.begin_connection(after, session, same_session);
        if (!same_session) window_.clear();
        // The same broker under another name, or one that has had nothing from us: what is repeated by
        // chance must look like nothing else.
        if (!same_name) window_.settle_all();
        window_.begin_connection();
        publish();
        return {};
    });
}

void Spool::State::settle() {
    const auto lock = writing();
    window_.settle();
}

Result<Appended> Spool::State::append(std::span<const Arrival> arrivals) {
    const std::vector<Receipt> receipts = receipts_of(arrivals);
    const auto lock = writing();
    const Recognition recognised = window_.recognise(receipts);
    const std::size_t count = recognised.count;
    auto appended = count == 0 ? store(arrivals, receipts, count)
                               : store(without_redelivered(arrivals, count),
                                       without_redelivered(std::span(receipts), count), count);
    if (appended) window_.advance(receipts, recognised);
    return appended;
}

/// Of a batch that has `duplicates` beside them.
Result<Appended> Spool::State::store(std::span<const Arrival> fresh, std::span<const Receipt> receipts,
                                     std::size_t duplicates) {
    const Tally after = tally_after(fresh, duplicates);
    if (!fresh.empty() && is_full(after)) {
        refused_ = true;
        return fail(ErrorCode::too_large,
                    fmt::format("the spool is full ({} of {} bytes)", writer_.tally().bytes, limits_.bytes));
    }
    if (!fresh.empty() && disk_is_short()) {
        move_log_while_writing_rests();
        if (disk_is_short()) {
            refused_ = disk_refused_ = true;
            return fail(ErrorCode::unavailable, "the spool's disk is full");
        }
    }
    const std::int64_t first_seq = writer_.tally().last_seq + 1;
    auto appended = guarded([&]() -> Result<Appended> {
        writer_.append(fresh, receipts, after);
        return Appended{first_seq, after.last_seq, static_cast<std::int64_t>(duplicates)};
    });
    refused_ = disk_refused_ = !appended;
    if (!appended) return appended;
    if (first_seq - 1 == forgotten_through_ && !fresh.empty()) oldest_ = fresh.front().received_at;
    publish();
    if (log_is_too_long_) move_log_while_writing_rests();
    return appended;
}

/// A batch larger than the whole limit must pass some time: it does when the spool is empty.
bool Spool::State::is_full(const Tally& after) const {
    return after.bytes > limits_.bytes && status_.messages > 0;
}

/// True if what waits in the log might not fit into the file, with the spare space left over.
bool Spool::State::disk_is_short() const {
    std::error_code error;
    const auto space = std::filesystem::space(folder_, error);
    return !error && space.available < spare_ + static_cast<std::uintmax_t>(log_bytes_);
}

Tally Spool::State::tally_after(std::span<const Arrival> fresh, std::size_t duplicates) const {
    Tally tally = writer_.tally();
    tally.last_seq += std::ssize(fresh);
    tally.received += static_cast<std::int64_t>(fresh.size() + duplicates);
    tally.duplicates += static_cast<std::int64_t>(duplicates);
    for (const Arrival& arrival : fresh)
        tally.bytes += footprint(arrival);
    return tally;
}

/// After a refusal there has to be some room before it is worth trying again.
bool Spool::State::has_room() const {
    std::error_code error;
    if (refused_ && std::filesystem::space(folder_, error).available < 4 * spare_ && !error) return false;
    const std::lock_guard lock(view_mutex_);
    const std::int64_t border = refused_ ? status_.limit_bytes / 10 * 9 : status_.limit_bytes;
    return status_.messages == 0 || status_.bytes < border;
}

Result<std::vector<Message>> Spool::State::read(std::int64_t after_seq, std::int64_t max_count,
                                                std::int64_t max_bytes) {
    {
        const std::lock_guard lock(view_mutex_);
        after_seq = std::max(after_seq, status_.last_seq - status_.messages);
    }
    const std::lock_guard lock(read_mutex_);
    return guarded(
        [&]() -> Result<std::vector<Message>> { return reader_.read(after_seq, max_count, max_bytes); });
}

bool Spool::State::wait_past(std::int64_t after_seq, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(view_mutex_);
    return grown_.wait_for(lock, timeout,
                           [&] { return status_.last_seq > after_seq && status_.messages > 0; });
}

Result<void> Spool::State::remove_through(std::int64_t seq) {
    {
        const auto lock = writing();
        if (seq <= forgotten_through_ && seq <= writer_.tally().removed_through) return {};
        forgotten_through_ = std::max(forgotten_through_, std::min(seq, writer_.tally().last_seq));
        publish();
    }
    return guarded([&]() -> Result<void> {
        try {
            remove_rows(seq);
        } catch (const SqliteError&) {
            ballast_.release();
            move_log();
            remove_rows(seq);
        }
        return {};
    });
}

void Spool::State::remove_rows(std::int64_t seq) {
    while (remove_next(seq)) {
        // Whoever wants to append goes first: acknowledging the broker is more urgent than tidying.
        while (writers_waiting_ > 0)
            std::this_thread::yield();
    }
}

bool Spool::State::remove_next(std::int64_t seq) {
    const std::lock_guard lock(write_mutex_);
    const bool more = writer_.remove_some(seq);
    if (!more) {
        if (seq > writer_.tally().last_seq) {
            writer_.skip_to(seq);
            forgotten_through_ = seq;
        }
        give_space_back();
        ballast_.hold();
        oldest_ = writer_.oldest();
    }
    publish();
    if (log_is_too_long_ || disk_is_short()) move_log_while_writing_rests();
    return more;
}

/// A little after each tidying; all of it where appending found no room.
void Spool::State::give_space_back() {
    writer_.give_back_free_pages();
    if (!disk_refused_) return;
    while (writer_.give_back_free_pages(0))
        move_log_while_writing_rests();
}

void Spool::State::move_log() {
    const auto lock = writing();
    move_log_while_writing_rests();
}

/// Empties the write-ahead log into the file; with write_mutex_ held.
void Spool::State::move_log_while_writing_rests() {
    const std::lock_guard read_lock(read_mutex_);
    const auto moving = keeper_.hold();
    const int moved = sqlite3_wal_checkpoint_v2(writer_.connection().handle(), nullptr,
                                                SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (moved == SQLITE_OK) log_bytes_ = 0;
    log_is_too_long_ = false;
}

Status Spool::State::status() const {
    const std::lock_guard lock(view_mutex_);
    return status_;
}

std::optional<std::string> Spool::State::note() const {
    const std::lock_guard lock(note_mutex_);
    return note_.read();
}

Result<void> Spool::State::set_note(std::string_view text) {
    const std::lock_guard lock(note_mutex_);
    if (note_.write(text)) return {};
    return fail(ErrorCode::unavailable, "the spool's note could not be written");
}

Result<Spool> Spool::open(const std::filesystem::path& folder, Limits limits) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return fail(ErrorCode::unavailable,
                    fmt::format("can't create the spool's folder {}: {}", folder.string(), error.message()));
    }
    auto lock = ProcessLock::acquire(folder / "spool.lock");
    if (!lock) return fail(lock.error());
    const std::string file = (folder / "spool.db").string();
    try {
        return Spool(std::make_unique<State>(std::move(*lock), folder, limits));
    } catch (const SqliteError& refusal) {
        const core::Error error = explain(refusal);
        return fail(error.code, fmt::format("{}: {}", file, error.message));
    } catch (const std::runtime_error& refusal) {
        return fail(ErrorCode::internal, fmt::format("{}: {}", file, refusal.what()));
    }
}

Spool::Spool(std::unique_ptr<State> state) : state_(std::move(state)) {}
Spool::Spool(Spool&&) noexcept = default;
Spool& Spool::operator=(Spool&&) noexcept = default;
Spool::~Spool() = default;

std::string Spool::id() const {
    return state_->id();
}
Result<void> Spool::renew() {
    return state_->renew();
}
Result<void> Spool::begin_connection(std::string_view session, bool session_present) {
    return state_->begin_connection(session, session_present);
}
void Spool::settle() {
    state_->settle();
}
Result<Appended> Spool::append(std::span<const Arrival> arrivals) {
    return state_->append(arrivals);
}
bool Spool::has_room() const {
    return state_->has_room();
}
Result<std::vector<Message>> Spool::read(std::int64_t after_seq, std::int64_t max_count,
                                         std::int64_t max_bytes) const {
    return state_->read(after_seq, max_count, max_bytes);
}
bool Spool::wait_past(std::int64_t after_seq, std::chrono::milliseconds timeout) const {
    return state_->wait_past(after_seq, timeout);
}
Result<void> Spool::remove_through(std::int64_t seq) {
    return state_->remove_through(seq);
}
Status Spool::status() const {
    return state_->status();
}
std::optional<std::string> Spool::note() const {
    return state_->note();
}
Result<void> Spool::set_note(std::string_view text) {
    return state_->set_note(text);
}

}  // namespace silaware::spool
