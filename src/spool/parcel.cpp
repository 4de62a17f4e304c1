#include "spool/parcel.hpp"

#include <algorithm>
#include <cstring>

#include "core/clock.hpp"
#include "spool/compression.hpp"

namespace silaware::spool {

namespace {

constexpr std::int64_t overhead = 64;
constexpr std::int64_t largest_parcel = 1 << 30;  // far above any batch

/// In front of each message's topic and payload; in the byte order of this machine, as receipts are.
struct Head {
    std::int64_t received_ms;
    std::uint32_t topic_size;
    std::uint32_t payload_size;
    std::uint8_t retained;
};
constexpr std::size_t head_size = 8 + 4 + 4 + 1;  // without the padding

void append_head(std::string& bytes, const Head& head) {
    const std::size_t at = bytes.size();
    bytes.resize(at + head_size);
    std::memcpy(bytes.data() + at, &head, head_size);
}

/// A statement left in the middle of its rows would keep the log from being emptied.
class ResetAtEnd {
  public:
    explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
    ~ResetAtEnd() { statement_.reset(); }
    ResetAtEnd(const ResetAtEnd&) = delete;
    ResetAtEnd& operator=(const ResetAtEnd&) = delete;

  private:
    Statement& statement_;
};

SqliteError damaged() {
    return {SQLITE_CORRUPT, "a parcel of the spool is damaged"};
}

}  // namespace

std::int64_t footprint(const Arrival& arrival) {
    return static_cast<std::int64_t>(arrival.topic.size() + arrival.payload.size()) + overhead;
}

std::string pack(std::span<const Arrival> arrivals) {
    std::size_t size = 0;
    for (const Arrival& arrival : arrivals)
        size += head_size + arrival.topic.size() + arrival.payload.size();
    std::string bytes;
    bytes.reserve(size);
    for (const Arrival& arrival : arrivals) {
        append_head(bytes, {.received_ms = core::epoch_ms(arrival.received_at),
                            .topic_size = static_cast<std::uint32_t>(arrival.topic.size()),
                            .payload_size = static_cast<std::uint32_t>(arrival.payload.size()),
                            .retained = arrival.retained});
        bytes += arrival.topic;
        bytes += arrival.payload;
    }
    return bytes;
}

std::string_view Unpacking::take(std::size_t count) {
    if (count > rest_.size()) throw damaged();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

bool Unpacking::next(Arrival& message) {
    if (rest_.empty()) return false;
    Head head = {};
    std::memcpy(&head, take(head_size).data(), head_size);
    message = {};
    message.received_at = core::from_epoch_ms(head.received_ms);
    message.retained = head.retained != 0;
    message.topic = take(head.topic_size);
    message.payload = take(head.payload_size);
    return true;
}

Arrival Unpacking::next_or_damaged(bool is_last) {
    const std::string_view before = rest_;
    try {
        Arrival message;
        if (next(message) && (rest_.empty() || !is_last)) {
            received_at_ = message.received_at;
            return message;
        }
    } catch (const SqliteError&) {
        // Told by the message itself.
    }
    rest_ = {};
    return {.topic = {},
            .payload = before,
            .received_at = received_at_.value_or(core::clock_now()),
            .damaged = true};
}

ParcelInsert::ParcelInsert(Connection& connection)
    : statement_(
          connection,
          "INSERT INTO parcel (last_seq, messages, size, contents, compressed) VALUES (?, ?, ?, ?, ?)") {}

void ParcelInsert::run(std::int64_t last_seq, std::int64_t size, std::span<const Arrival> arrivals) {
    const std::string plain = pack(arrivals);
    const auto compressed = compress(plain);
    statement_.bind(1, last_seq)
        .bind(2, static_cast<std::int64_t>(arrivals.size()))
        .bind(3, size)
        .bind_bytes(4, compressed ? *compressed : plain)
        .bind(5, compressed ? 1 : 0)
        .run();
}

ParcelSelect::ParcelSelect(Connection& connection)
    : statement_(connection,
                 "SELECT last_seq, messages, size, contents, compressed FROM parcel WHERE last_seq > ? ORDER "
                 "BY last_seq") {}

Unpacking ParcelSelect::unpack() {
    const std::string_view contents = statement_.bytes(3);
    if (statement_.integer(4) == 0) return Unpacking(contents);
    // The size that counts against the limit is never less than what a parcel holds.
    const auto largest = std::clamp(statement_.integer(2), std::int64_t{0}, largest_parcel);
    decompress(contents, static_cast<std::size_t>(largest), plain_);
    return Unpacking(plain_);
}

void ParcelSelect::each(std::int64_t after_seq, const Take& take) {
    const ResetAtEnd reset(statement_);
    statement_.bind(1, after_seq);
    bool more = true;
    while (more && statement_.step()) {
        const std::int64_t last_seq = statement_.integer(0);
        std::int64_t seq = last_seq - statement_.integer(1);
        Unpacking parcel = unpack();
        while (more && seq < last_seq) {
            const Arrival message = parcel.next_or_damaged(++seq == last_seq);
            more = seq <= after_seq || take(seq, message);
        }
    }
}

}  // namespace silaware::spool
