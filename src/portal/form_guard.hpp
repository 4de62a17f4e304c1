#pragma once

#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"

namespace silaware::portal {

struct Portal;

/// CSRF protection of forms that are sent without a session: the token belongs to a random cookie of the
/// browser that was shown the form.
class FormGuard {
  public:
    FormGuard(const Portal& portal, const http::RequestHead& request);

    std::string csrf_token() const;
    bool accepts(std::string_view sent) const;
    /// Sets the cookie, if the browser has none.
    void keep(http::Response& response) const;

  private:
    const Portal& portal_;
    bool fresh_;
    bool over_tls_;
    std::string cookie_;
};

}  // namespace silaware::portal
