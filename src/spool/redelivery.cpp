#include "spool/redelivery.hpp"

#include <algorithm>
#include <iterator>

namespace silaware::spool {

namespace {

// So far back a packet id stands for one message alone; below 65,535, so that the id of the next new message
// is never among them.
constexpr std::int64_t ids_are_unique_for = 60'000;
// A broker that numbers up to 65,535 gives an id again after no fewer messages than this, also where it drops
// many of a long queue.
constexpr std::uint32_t least_cycle = 30'000;
constexpr std::uint16_t first_id = 1;
constexpr std::uint16_t last_id = 65'535;
constexpr int most_candidates = 16;

/// Without those of QoS 0.
std::vector<Receipt> numbered(std::span<const Receipt> batch) {
    std::vector<Receipt> receipts;
    receipts.reserve(batch.size());
    std::ranges::copy_if(batch, std::back_inserter(receipts),
                         [](const Receipt& receipt) { return receipt.packet_id != 0; });
    return receipts;
}

}  // namespace

// Not touched before it is needed: an idle installation pays nothing for it.
RedeliveryWindow::RedeliveryWindow()
    : entries_(std::make_unique_for_overwrite<Entry[]>(capacity)), newest_with_id_(65536) {}

void RedeliveryWindow::clear() {
    std::ranges::fill(newest_with_id_, 0);
    newest_ = settled_ = 0;
    close();
}

void RedeliveryWindow::close() {
    phase_ = Phase::closed;
    prints_ = {};
}

void RedeliveryWindow::begin_connection() {
    close();
    phase_ = Phase::open;
    last_matched_ = 0;
}

bool RedeliveryWindow::is_same(std::int64_t order, const Receipt& receipt) const {
    return entry(order).packet_id == receipt.packet_id && entry(order).print == receipt.print;
}

/// True for the first one of a connection whose broker numbers from 1 in each.
bool RedeliveryWindow::begins_numbering(std::int64_t order) const {
    const bool follows = is_remembered(order - 1) && entry(order - 1).packet_id == last_id;
    return entry(order).packet_id == first_id && !follows;
}

/// The remembered message with the same packet id before `order`, if the broker gave all others in between; 0
/// if there is none.
std::int64_t RedeliveryWindow::a_cycle_before(std::int64_t order) const {
    const std::uint32_t back = entry(order).back;
    return back >= least_cycle && is_remembered(order - back) ? order - back : 0;
}

bool RedeliveryWindow::is_unique(const Fingerprint& print) {
    if (prints_.empty()) {
        for (std::int64_t order = newest_; is_remembered(order); --order)
            prints_.push_back(entry(order).print.low);
        std::ranges::sort(prints_);
    }
    return std::ranges::equal_range(prints_, print.low).size() == 1;
}

/// How many of `batch` are the messages remembered from `order` on.
std::size_t RedeliveryWindow::agreement(std::span<const Receipt> batch, std::int64_t order) const {
    std::size_t count = 0;
    while (count < batch.size() && order <= newest_ && is_same(order, batch[count])) {
        ++count;
        ++order;
    }
    return count;
}

bool RedeliveryWindow::is_beyond_doubt(std::span<const Receipt> agreeing, std::size_t size) {
    const auto unique =
        std::ranges::count_if(agreeing, [this](const Receipt& receipt) { return is_unique(receipt.print); });
    return static_cast<std::size_t>(unique) >= std::min(least_proof, size);
}

/// True if `batch` repeats, as far as it reaches, all from `order` on, and none of that is settled.
bool RedeliveryWindow::is_unsettled_end(std::span<const Receipt> batch, std::int64_t order,
                                        std::size_t count) const {
    const auto rest = static_cast<std::size_t>(newest_ - order + 1);
    return order > settled_ && count == std::min(batch.size(), rest);
}

/// True if the first `count` of `batch`, which look like those from `order` on, can't be new.
bool RedeliveryWindow::is_sure(std::span<const Receipt> batch, std::int64_t order, std::size_t count) {
    const Receipt& first = batch.front();
    if (!first.redelivered && begins_numbering(order)) return false;
    const bool is_only_one =
        order == newest_with_id_[first.packet_id] && order > newest_ - ids_are_unique_for;
    if (is_only_one && (is_unsettled_end(batch, order, count) || is_unique(first.print))) return true;
    return is_beyond_doubt(batch.first(count), batch.size());
}

/// Which remembered message the first of a connection is; 0: it is new.
std::int64_t RedeliveryWindow::beginning(std::span<const Receipt> batch) {
    std::int64_t best = 0;
    std::size_t longest = 0;
    int candidates = 0;
    for (auto order = newest_with_id_[batch.front().packet_id];
         is_remembered(order) && candidates < most_candidates; order = a_cycle_before(order)) {
        const std::size_t count = agreement(batch, order);
        candidates += count > 0 ? 1 : 0;
        if (count <= longest || !is_sure(batch, order, count)) continue;
        longest = count;
        best = order;
    }
    return best;
}

/// Which remembered message behind `last` this one is; 0: it is new.
std::int64_t RedeliveryWindow::next(const Receipt& receipt, std::int64_t last) {
    if (last < newest_ && is_same(last + 1, receipt)) return last + 1;
    const std::int64_t order = newest_with_id_[receipt.packet_id];
    const bool fits = is_remembered(order) && order > last && order > newest_ - ids_are_unique_for;
    return fits && is_same(order, receipt) && is_unique(receipt.print) ? order : 0;
}

Recognition RedeliveryWindow::recognise(std::span<const Receipt> all) {
    if (phase_ == Phase::closed) return {};
    const std::vector<Receipt> batch = numbered(all);
    Recognition sure;     // the front of the batch that is redelivered beyond doubt
    std::size_t run = 0;  // messages without DUP behind it that look redelivered
    std::int64_t last = last_matched_;
    bool confirmed = phase_ == Phase::run_confirmed;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        last = last == 0 ? beginning(batch) : next(batch[i], last);
        if (last == 0) break;
        if (!batch[i].redelivered) {
            if (!is_unique(batch[i].print)) break;
            confirmed = ++run >= least_run || confirmed;
        }
        if (batch[i].redelivered ? run == 0 || confirmed : confirmed) sure = {i + 1, last};
    }
    return sure;
}

void RedeliveryWindow::advance(std::span<const Receipt> all, const Recognition& recognised) {
    if (recognised.count > 0) last_matched_ = recognised.last;
    std::size_t seen = 0;
    for (const Receipt& receipt : all) {
        if (receipt.packet_id == 0) continue;
        if (++seen > recognised.count) {
            close();
            restore(receipt);
        } else if (phase_ == Phase::open && !receipt.redelivered) {
            phase_ = Phase::run_confirmed;
        }
    }
}

void RedeliveryWindow::restore(const Receipt& receipt) {
    if (receipt.packet_id == 0) return;
    std::int64_t& newest_with_id = newest_with_id_[receipt.packet_id];
    ++newest_;
    const auto back = is_remembered(newest_with_id) ? newest_ - newest_with_id : 0;
    settled_ = std::max(settled_, newest_with_id);
    entries_[static_cast<std::size_t>(newest_ % capacity)] = {receipt.print, receipt.packet_id,
                                                              static_cast<std::uint32_t>(back)};
    newest_with_id = newest_;
}

}  // namespace silaware::spool
