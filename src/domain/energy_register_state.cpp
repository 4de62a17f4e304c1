#include <bit>
#include <cstring>

#include "domain/energy_register.hpp"

namespace silaware::domain {

namespace {

constexpr std::uint8_t version = 1;

/// Little-endian whatever the machine.
class Writer {
  public:
    void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
    void word(std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8)
            byte(static_cast<std::uint8_t>(value >> shift));
    }
    void number(double value) { word(std::bit_cast<std::uint64_t>(value)); }
    void instant(core::Instant value) { word(static_cast<std::uint64_t>(core::epoch_ms(value))); }
    void reading(const RegisterReading& value) {
        instant(value.at);
        number(value.value);
    }
    void level(const RegisterLevel& value) {
        byte(static_cast<std::uint8_t>(value.kind));
        reading(value.first);
        reading(value.last);
        reading(value.prior);
        number(value.fastest);
        word(value.growths);
        word(value.increments.size());
        for (const auto& increment : value.increments) {
            instant(increment.from);
            instant(increment.to);
            number(increment.amount);
        }
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// Reads what Writer wrote; past the end it yields zeros and remembers that it failed.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint8_t byte() {
        if (rest_.empty()) {
            failed_ = true;
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::uint64_t word() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 8)
            value |= std::uint64_t{byte()} << shift;
        return value;
    }
    double number() { return std::bit_cast<double>(word()); }
    core::Instant instant() { return core::from_epoch_ms(static_cast<std::int64_t>(word())); }
    RegisterReading reading() {
        const auto at = instant();
        return {at, number()};
    }
    RegisterLevel level() {
        RegisterLevel value;
        const auto kind = byte();
        if (kind > static_cast<std::uint8_t>(LevelKind::returned)) failed_ = true;
        value.kind = static_cast<LevelKind>(kind);
        value.first = reading();
        value.last = reading();
        value.prior = reading();
        value.fastest = number();
        value.growths = static_cast<std::uint32_t>(word());
        for (auto count = word(); count > 0 && !failed_; --count) {
            const auto from = instant();
            const auto to = instant();
            value.increments.push_back({from, to, number()});
        }
        return value;
    }
    bool read_all() const { return !failed_ && rest_.empty(); }
    bool failed() const { return failed_; }

  private:
    std::string_view rest_;
    bool failed_ = false;
};

enum Flag : std::uint8_t { has_sure = 1, has_counted = 2, has_head = 4, has_noise = 8, ever_positive = 16 };

std::uint8_t flags_of(const RegisterState& state) {
    return static_cast<std::uint8_t>((state.sure ? has_sure : 0) | (state.counted ? has_counted : 0) |
                                     (state.head ? has_head : 0) | (state.noise_at ? has_noise : 0) |
                                     (state.ever_positive ? ever_positive : 0));
}

}  // namespace

std::string serialize(const RegisterState& state) {
    Writer out;
    out.byte(version);
    out.byte(flags_of(state));
    if (state.sure) out.level(*state.sure);
    if (state.counted) out.level(*state.counted);
    if (state.head) out.instant(*state.head);
    if (state.noise_at) out.instant(*state.noise_at);
    out.byte(static_cast<std::uint8_t>(state.undecided.size()));
    for (const auto& level : state.undecided)
        out.level(level);
    return out.take();
}

core::Result<RegisterState> parse_register_state(std::string_view bytes) {
    Reader in(bytes);
    if (in.byte() != version)
        return core::fail(core::ErrorCode::invalid, "register state of an unknown version");
    RegisterState state;
    const auto flags = in.byte();
    if (flags & has_sure) state.sure = in.level();
    if (flags & has_counted) state.counted = in.level();
    if (flags & has_head) state.head = in.instant();
    if (flags & has_noise) state.noise_at = in.instant();
    state.ever_positive = (flags & ever_positive) != 0;
    for (auto count = in.byte(); count > 0 && !in.failed(); --count)
        state.undecided.push_back(in.level());
    if (!in.read_all()) return core::fail(core::ErrorCode::invalid, "register state is damaged");
    return state;
}

}  // namespace silaware::domain
