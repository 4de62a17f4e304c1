#include "http/dispatch.hpp"

#include <algorithm>
#include <exception>

#include <spdlog/spdlog.h>

#include "http/compression.hpp"

namespace silaware::http {
namespace {

core::Error too_large(std::size_t limit) {
    return {core::ErrorCode::too_large,
            fmt::format("The body is larger than the {} bytes allowed here.", limit),
            {}};
}

}  // namespace

Effort Dispatch::effort_of(const RequestHead& head) const noexcept {
    try {
        const auto found = router_.find(head.method, head.path);
        const auto* match = std::get_if<Match>(&found);
        return match != nullptr ? match->route->effort : Effort::light;
    } catch (const std::exception&) {
        return Effort::light;
    }
}

std::variant<Admitted, Response> Dispatch::admit(RequestHead& head) const noexcept {
    try {
        auto outcome = find_and_authorize(head);
        if (auto* refusal = std::get_if<Response>(&outcome)) compress(*refusal, head);
        return outcome;
    } catch (const std::exception& error) {
        return internal_error(head, error.what());
    } catch (...) {
        return internal_error(head, "unknown exception");
    }
}

bool Dispatch::still_admits(const RequestHead& head, const Route& route) const noexcept {
    try {
        if (!hooks_.authorize) return true;
        const auto granted = hooks_.authorize(head, route);
        return granted || granted.error().status() >= 500;
    } catch (const std::exception& error) {
        spdlog::error("{} {}: can't be authorized again: {}", name(head.method), head.path, error.what());
        return true;
    }
}

std::variant<Admitted, Response> Dispatch::find_and_authorize(RequestHead& head) const {
    auto found = router_.find(head.method, head.path);
    if (std::holds_alternative<NoSuchPath>(found))
        return render(head, {core::ErrorCode::not_found, "There is nothing at this address.", {}});
    if (const auto* wrong = std::get_if<WrongMethod>(&found)) return wrong_method(head, wrong->allow);

    auto& match = std::get<Match>(found);
    head.path_params = std::move(match.path_params);
    Admitted admitted{match.route, {}, 0};
    if (hooks_.authorize) {
        auto granted = hooks_.authorize(head, *match.route);
        if (!granted) return std::move(granted.error());
        admitted.grant = std::move(*granted);
    }
    const auto ceiling = admitted.grant.authenticated ? options_.max_body : options_.max_body_before_login;
    admitted.max_body = std::min(ceiling, match.route->max_body);
    if (head.content_length > admitted.max_body) return render(head, too_large(admitted.max_body));
    return admitted;
}

Response Dispatch::wrong_method(const RequestHead& head, const std::string& allow) const {
    if (head.method == Method::options) return Response(204).set("Allow", allow);
    auto response = render(head, {core::ErrorCode::invalid, "This address does not take that method.", {}});
    return response.status(405).set("Allow", allow);
}

Response Dispatch::handle(const Route& route, const Request& request) const noexcept {
    try {
        auto result = route.handler(request);
        auto response = result ? std::move(*result) : render(request, result.error());
        compress(response, request);
        return response;
    } catch (const std::exception& error) {
        return internal_error(request, error.what());
    } catch (...) {
        return internal_error(request, "unknown exception");
    }
}

Response Dispatch::render(const RequestHead& head, const core::Error& error) const {
    if (error.code == core::ErrorCode::internal) return internal_error(head, error.message);
    return hooks_.render_error ? hooks_.render_error(head, error) : error_response(error);
}

Response Dispatch::internal_error(const RequestHead& head, std::string_view reason) const noexcept {
    const core::Error error{
        core::ErrorCode::internal, "Something went wrong on the server; it has been logged.", {}};
    try {
        spdlog::error("{} {} failed: {}", name(head.method), head.path, reason);
        return hooks_.render_error ? hooks_.render_error(head, error) : error_response(error);
    } catch (...) {
        return error_response(error);
    }
}

}  // namespace silaware::http
