#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/page.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "portal/access.hpp"
#include "portal/portal.hpp"
#include "storage/audit_store.hpp"
#include "view/pages.hpp"

namespace silaware::portal {

/// Fills what every page carries: visitor, language, CSRF token, zone, currency, version.
void fill_chrome(view::Chrome& chrome, const Portal& portal, const http::RequestHead& request,
                 const Visitor& visitor);
/// The visitor's own choice, else what the browser prefers.
std::string language_of(const Portal& portal, const http::RequestHead& request, const Visitor& visitor);

/// A page that needs nothing but its chrome.
template <typename PageStruct>
http::Response plain_page(const Portal& portal, const http::Request& request, const Visitor& visitor) {
    PageStruct page;
    fill_chrome(page, portal, request, visitor);
    return http::Response::html(portal.renderer.render(page));
}

/// `page`, `per_page`, `search` of the query; what makes no sense becomes the default, more than 100 is 100.
core::PageRequest page_request(const http::RequestHead& request);

/// `{"items","page","per_page","total","pages"}`; `to_json` turns one item into an object.
template <typename T, typename ToJson>
http::Response paged(const core::Page<T>& page, ToJson&& to_json) {
    boost::json::array items;
    items.reserve(page.items.size());
    for (const T& item : page.items)
        items.push_back(to_json(item));
    return http::Response::json({{"items", std::move(items)},
                                 {"page", page.page},
                                 {"per_page", page.per_page},
                                 {"total", page.total},
                                 {"pages", page.pages()}});
}

/// ISO 8601 with the site's offset, or null.
boost::json::value instant(const Portal& portal, std::optional<core::Instant> at);
boost::json::value instant_ms(const Portal& portal, std::optional<std::int64_t> epoch_ms);

/// The visitor as the author of a change, for the audit log.
storage::Change change_by(const Portal& portal, const http::RequestHead& request, const Visitor& visitor);

/// The number in `{id}`; error `not_found` if it is none.
core::Result<std::int64_t> path_id(const http::RequestHead& request);

/// Reads the members of a body one by one and collects a sentence per bad one.
class Fields {
  public:
    explicit Fields(const boost::json::object& input) : input_(input) {}

    bool has(std::string_view name) const;
    /// Trimmed text; nothing if missing or null. A number counts as its text.
    std::optional<std::string> text(std::string_view name);
    /// Text as it was sent, for names and passwords: a number is none.
    std::optional<std::string> raw(std::string_view name);
    /// A finite number, also as text; nothing if missing, null or empty.
    std::optional<double> number(std::string_view name);
    /// True or false, also as the words true, yes, 1, false, no, 0; nothing if missing, null or empty.
    std::optional<bool> boolean(std::string_view name);

    void refuse(std::string_view name, std::string sentence);
    /// Nothing, or error `invalid` with the fields that were refused.
    core::Result<void> check() const;

  private:
    const boost::json::object& input_;
    std::map<std::string, std::string> problems_;
};

}  // namespace silaware::portal
