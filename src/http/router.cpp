#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace silaware::http {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    for (std::size_t begin = 1; begin < path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.emplace_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

bool is_tail(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with("*}");
}
bool is_param(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

std::string_view param_name(std::string_view segment) {
    return segment.substr(1, segment.size() - (is_tail(segment) ? 3 : 2));
}

void check_pattern(const std::string& pattern, const std::vector<std::string>& segments) {
    bool good = pattern.starts_with('/') && (pattern.size() == 1 || !pattern.ends_with('/'));
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto& segment = segments[i];
        good = good && !segment.empty() && (!is_tail(segment) || i + 1 == segments.size());
        if (is_param(segment))
            good = good && !param_name(segment).empty();
        else
            good = good && segment.find_first_of("{}") == std::string::npos;
    }
    if (!good) throw std::logic_error(fmt::format("malformed route pattern {}", pattern));
}

// Per segment: 2 literal, 1 parameter, 0 tail; nothing if the path does not match.
std::optional<std::string> literalness(const std::vector<std::string>& pattern,
                                       const std::vector<std::string>& path) {
    std::string rank;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_tail(pattern[i]) && i < path.size()) return rank + '0';
        if (i >= path.size()) return std::nullopt;
        if (!is_param(pattern[i]) && pattern[i] != path[i]) return std::nullopt;
        rank += is_param(pattern[i]) ? '1' : '2';
    }
    if (pattern.size() != path.size()) return std::nullopt;
    return rank;
}

Params path_params(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    Params params;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!is_param(pattern[i])) continue;
        std::string value = path[i];
        if (is_tail(pattern[i]))
            for (std::size_t j = i + 1; j < path.size(); ++j)
                value += '/' + path[j];
        params.add(std::string(param_name(pattern[i])), std::move(value));
    }
    return params;
}

std::string allow_header(std::vector<Method> methods) {
    if (std::find(methods.begin(), methods.end(), Method::get) != methods.end())
        methods.push_back(Method::head);
    methods.push_back(Method::options);
    std::sort(methods.begin(), methods.end());
    methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
    std::string allow;
    for (const Method method : methods) {
        if (!allow.empty()) allow += ", ";
        allow += name(method);
    }
    return allow;
}

}  // namespace

void Router::add(Route route) {
    auto segments = split(route.pattern);
    check_pattern(route.pattern, segments);
    for (const auto& other : routes_)
        if (other.method == route.method && other.pattern == route.pattern)
            throw std::logic_error(
                fmt::format("route {} {} is registered twice", name(route.method), route.pattern));
    routes_.push_back(std::move(route));
    segments_.push_back(std::move(segments));
}

void Router::add(Method method, std::string pattern, Access access, Handler handler) {
    add(Route{
        .method = method, .pattern = std::move(pattern), .access = access, .handler = std::move(handler)});
}

std::variant<Match, NoSuchPath, WrongMethod> Router::find(Method method, std::string_view path) const {
    const auto wanted = method == Method::head ? Method::get : method;
    const auto segments = split(path);
    std::optional<std::size_t> best;
    std::string best_rank;
    std::vector<Method> methods;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        auto rank = literalness(segments_[i], segments);
        if (!rank) continue;
        methods.push_back(routes_[i].method);
        if (routes_[i].method != wanted || (best && *rank <= best_rank)) continue;
        best = i;
        best_rank = std::move(*rank);
    }
    if (best) return Match{&routes_[*best], path_params(segments_[*best], segments)};
    if (methods.empty()) return NoSuchPath{};
    return WrongMethod{allow_header(std::move(methods))};
}

}  // namespace silaware::http
