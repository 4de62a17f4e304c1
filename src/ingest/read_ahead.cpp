#include "ingest/read_ahead.hpp"

#include <utility>

namespace silaware::ingest {

void ReadAhead::begin(std::int64_t after) {
    if (has(after)) return;
    coming_after_ = after;
    coming_ = std::async(std::launch::async, [this, after] { return read_(after); });
}

bool ReadAhead::has(std::int64_t after) const {
    return (given_back_ && given_back_->after == after) || (coming_.valid() && coming_after_ == after);
}

Portion ReadAhead::take(std::int64_t after) {
    if (auto portion = std::exchange(given_back_, std::nullopt); portion && portion->after == after)
        return std::move(*portion);
    if (!coming_.valid()) return read_(after);
    Portion portion = coming_.get();
    return coming_after_ == after ? std::move(portion) : read_(after);
}

void ReadAhead::give_back(Portion portion) {
    given_back_ = std::move(portion);
}

}  // namespace silaware::ingest
