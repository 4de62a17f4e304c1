#include "sheet/csv.hpp"

#include "core/time.hpp"

namespace silaware::sheet {

// Also what spreadsheets skip in front of a formula, and the full-width forms that some of them accept.
bool looks_like_formula(std::string_view text) {
    if (text.empty()) return false;
    if (std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos) return true;
    for (const std::string_view wide : {"＝", "＋", "－", "＠"}) {
        if (text.starts_with(wide)) return true;
    }
    const auto first = text.find_first_not_of(' ');
    return first != 0 && first != std::string_view::npos && looks_like_formula(text.substr(first));
}

namespace {

void append_text(std::string& csv, std::string_view text) {
    const bool formula = looks_like_formula(text);
    const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (quoted) csv += '"';
    if (formula) csv += '\'';
    for (const char c : text) {
        if (c == '"') csv += '"';
        csv += c;
    }
    if (quoted) csv += '"';
}

struct AppendCsv {
    std::string& csv;

    void operator()(std::monostate) const {}
    void operator()(std::string_view text) const { append_text(csv, text); }
    void operator()(std::int64_t value) const { fmt::format_to(std::back_inserter(csv), "{}", value); }
    void operator()(double value) const { fmt::format_to(std::back_inserter(csv), "{}", value); }
    void operator()(WallClock time) const {
        csv += core::format_local(core::LocalTime{core::Seconds{time.seconds}});
    }
    void operator()(Day day) const { csv += core::format_day(core::LocalDay{date::days{day.days}}); }
};

}  // namespace

void append_csv(std::string& csv, std::span<const Cell> row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0) csv += ',';
        std::visit(AppendCsv{csv}, row[i]);
    }
    csv += "\r\n";
}

}  // namespace silaware::sheet
