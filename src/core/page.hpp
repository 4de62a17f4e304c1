#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace silaware::core {

/// What a paged list is asked for. `page` counts from 1; `per_page` is 1 … 100.
struct PageRequest {
    std::int64_t page = 1;
    std::int64_t per_page = 10;
    std::string search = {};

    std::int64_t offset() const { return (page - 1) * per_page; }
};

template <typename T>
struct Page {
    std::vector<T> items;
    std::int64_t page = 1;
    std::int64_t per_page = 10;
    std::int64_t total = 0;

    std::int64_t pages() const { return (total + per_page - 1) / std::max<std::int64_t>(per_page, 1); }
};

}  // namespace silaware::core
