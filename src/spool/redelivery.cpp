#include "spool/redelivery.hpp"

#include <algorithm>

namespace silaware::spool {

namespace {

// So far back a packet id stands for one message alone; below 65,535, so that the id of the next new message
// is never among them.
constexpr std::int64_t ids_are_unique_for = 60'000;
constexpr int most_candidates = 16;

}  // namespace

// Not touched before it is needed: an idle installation pays nothing for it.
RedeliveryWindow::RedeliveryWindow()
    : entries_(std::make_unique_for_overwrite<Entry[]>(capacity)), newest_with_id_(65536) {}

void RedeliveryWindow::clear() {
    std::ranges::fill(newest_with_id_, 0);
    newest_ = 0;
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

/// The remembered message with the same packet id before `order`; 0 if there is none.
std::int64_t RedeliveryWindow::before(std::int64_t order) const {
    const std::uint32_t back = entry(order).back;
    return back > 0 && is_remembered(order - back) ? order - back : 0;
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

/// Which remembered message the first of a connection is; 0: it is new.
std::int64_t RedeliveryWindow::beginning(std::span<const Receipt> batch) {
    std::int64_t best = 0;
    std::size_t longest = 0;
    int candidates = 0;
    const std::int64_t newest_with_id = newest_with_id_[batch.front().packet_id];
    for (auto order = newest_with_id; is_remembered(order) && candidates < most_candidates;
         order = before(order)) {
        const std::size_t count = agreement(batch, order);
        candidates += count > 0 ? 1 : 0;
        if (count <= longest) continue;
        const bool is_only_one = order == newest_with_id && order > newest_ - ids_are_unique_for;
        if (!is_only_one && !is_beyond_doubt(batch.first(count), batch.size())) continue;
        longest = count;
        best = order;
    }
    return best;
}

/// Which remembered message behind `last` this one is; 0: it is new.
std::int64_t RedeliveryWindow::next(const Receipt& receipt, std::int64_t last) const {
    if (last < newest_ && is_same(last + 1, receipt)) return last + 1;
    const std::int64_t order = newest_with_id_[receipt.packet_id];
    const bool fits = is_remembered(order) && order > last && order > newest_ - ids_are_unique_for;
    return fits && is_same(order, receipt) ? order : 0;
}

Recognition RedeliveryWindow::recognise(std::span<const Receipt> batch) {
    if (phase_ == Phase::closed || batch.empty() || batch.front().packet_id == 0) return {};
    Recognition sure;     // the front of the batch that is redelivered beyond doubt
    std::size_t run = 0;  // messages without DUP behind it that look redelivered
    std::int64_t last = last_matched_;
    bool confirmed = phase_ == Phase::run_confirmed;
    for (std::size_t i = 0; i < batch.size() && batch[i].packet_id != 0; ++i) {
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

void RedeliveryWindow::advance(std::span<const Receipt> batch, const Recognition& recognised) {
    const auto unmarked = std::ranges::count_if(batch.first(recognised.count),
                                                [](const Receipt& receipt) { return !receipt.redelivered; });
    if (recognised.count > 0) last_matched_ = recognised.last;
    if (recognised.count < batch.size()) {
        close();
    } else if (phase_ == Phase::open && unmarked > 0) {
        phase_ = Phase::run_confirmed;
    }
    for (const Receipt& receipt : batch.subspan(recognised.count))
        restore(receipt);
}

void RedeliveryWindow::restore(const Receipt& receipt) {
    if (receipt.packet_id == 0) return;
    std::int64_t& newest_with_id = newest_with_id_[receipt.packet_id];
    ++newest_;
    const auto back = is_remembered(newest_with_id) ? newest_ - newest_with_id : 0;
    entries_[static_cast<std::size_t>(newest_ % capacity)] = {receipt.print, receipt.packet_id,
                                                              static_cast<std::uint32_t>(back)};
    newest_with_id = newest_;
}

}  // namespace silaware::spool
