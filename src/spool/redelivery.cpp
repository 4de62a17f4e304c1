#include "spool/redelivery.hpp"

#include <algorithm>

namespace silaware::spool {

RedeliveryWindow::RedeliveryWindow() : slots_(std::make_unique<std::array<Slot, 65536>>()) {}

void RedeliveryWindow::clear() {
    slots_->fill(Slot{});
    phase_ = Phase::closed;
}

void RedeliveryWindow::begin_connection(std::int64_t connection) {
    connection_ = connection;
    phase_ = Phase::open;
    last_matched_seq_ = 0;
}

const RedeliveryWindow::Slot* RedeliveryWindow::match(const Receipt& receipt) const {
    const Slot& slot = (*slots_)[receipt.packet_id];
    const bool known = slot.seq > 0 && slot.seq > newest_seq_ - capacity && slot.connection < connection_;
    return known && slot.print == receipt.print ? &slot : nullptr;
}

bool RedeliveryWindow::is_unique(const Slot& slot) const {
    return std::ranges::count_if(*slots_, [&](const Slot& other) {
               return other.seq > newest_seq_ - capacity && other.seq > 0 && other.print == slot.print;
           }) == 1;
}

std::size_t RedeliveryWindow::redeliveries(std::span<const Receipt> batch) const {
    if (phase_ == Phase::closed) return 0;
    std::size_t sure = 0;  // the front of the batch that is redelivered beyond doubt
    std::size_t run = 0;   // messages without DUP behind it that look redelivered
    std::int64_t last_seq = last_matched_seq_;
    bool confirmed = phase_ == Phase::run_confirmed;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const Slot* slot = batch[i].packet_id == 0 ? nullptr : match(batch[i]);
        if (slot == nullptr || slot->seq <= last_seq) break;
        if (!batch[i].redelivered) {
            if (!is_unique(*slot)) break;
            confirmed = ++run >= least_run || confirmed;
        }
        last_seq = slot->seq;
        if (batch[i].redelivered ? run == 0 || confirmed : confirmed) sure = i + 1;
    }
    return sure;
}

void RedeliveryWindow::advance(std::span<const Receipt> batch, std::size_t recognised,
                               std::int64_t first_seq) {
    const auto unmarked = std::ranges::count_if(batch.first(recognised),
                                                [](const Receipt& receipt) { return !receipt.redelivered; });
    if (recognised > 0) last_matched_seq_ = (*slots_)[batch[recognised - 1].packet_id].seq;
    if (recognised < batch.size()) {
        phase_ = Phase::closed;
    } else if (phase_ == Phase::open && unmarked > 0) {
        phase_ = Phase::run_confirmed;
    }
    for (const Receipt& receipt : batch.subspan(recognised))
        restore(receipt, first_seq++, connection_);
}

void RedeliveryWindow::restore(const Receipt& receipt, std::int64_t seq, std::int64_t connection) {
    newest_seq_ = seq;
    if (receipt.packet_id != 0) (*slots_)[receipt.packet_id] = Slot{receipt.print, seq, connection};
}

}  // namespace silaware::spool
