#pragma once

#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/time.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "storage/database.hpp"
#include "view/catalogue.hpp"

namespace silaware::portal {

struct Portal;

/// A page for a person's browser, JSON for everybody else.
http::Response render_error(const Portal& portal, const http::RequestHead& request, const core::Error& error);

/// The same with the time after which another try makes sense.
http::Response render_error(const Portal& portal, const http::RequestHead& request, const core::Error& error,
                            std::optional<core::Seconds> retry_after);

/// The sentences of `error` as the catalogue has them in `language` (key `say.<sentence>`); one that it has
/// not stays English.
core::Error in_language(const Portal& portal, std::string_view language, core::Error error);

/// One sentence. What it quotes is no part of the key: `say.No device "{}" is known.` What stands behind a
/// colon may be a sentence of its own, or stays.
std::string in_language(const view::Catalogue& texts, std::string_view language, std::string sentence);

/// True if MariaDB is gone, or refuses everybody for now (rights, limits, a full disk, locks).
bool is_unavailable(const storage::DatabaseError& error);
/// What is told then.
core::Error database_gone();

/// What is told who was turned away: too many passwords are being hashed.
core::Error many_sign_in();

}  // namespace silaware::portal
