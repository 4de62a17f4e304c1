#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace silaware::core {

/// What kind of outcome an error is; the names are those of the JSON field `code`.
enum class ErrorCode {
    invalid,
    unauthorized,
    forbidden,
    not_found,
    conflict,
    too_large,
    too_many,
    unavailable,
    internal
};

/// The name of `code` as it appears in JSON ("not_found").
std::string_view name(ErrorCode code);

/// An expected failure, worded for the person who reads it: what was wrong, where, and what to do.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::map<std::string, std::string> fields = {};  ///< per form field, a sentence each
};

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::invalid, "…")` from any function that returns a Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message), {}});
}

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace silaware::core
