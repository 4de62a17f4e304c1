#include "sheet/row_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include <xlsxwriter.h>

#include "core/text.hpp"
#include "sheet/serial.hpp"

namespace silaware::sheet {

namespace {

constexpr std::size_t hand_over_at = 64 * 1024;

template <typename Number>
void append_number(std::string& xml, Number value) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    xml.append(digits.data(), end);
}

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/// What a spreadsheet takes for an escaped character.
bool starts_like_an_escape(std::string_view text) {
    return text.size() >= 7 && text.starts_with("_x") && text[6] == '_' &&
           std::all_of(text.begin() + 2, text.begin() + 6, is_hex_digit);
}

/// U+FFFE and U+FFFF, which XML does not know.
bool starts_with_no_character(std::string_view text) {
    return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
}

/// Characters that XML or a spreadsheet would take for something else.
void append_escaped(std::string& xml, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '_' && starts_like_an_escape(text.substr(i))) {
            xml += "_x005F_";
        } else if (byte == 0xEF && starts_with_no_character(text.substr(i))) {
            xml += text[i + 2] == '\xBE' ? "_xFFFE_" : "_xFFFF_";
            i += 2;
        } else if (c == '&') {
            xml += "&amp;";
        } else if (c == '<') {
            xml += "&lt;";
        } else if (c == '>') {
            xml += "&gt;";
        } else if (byte < 0x20 && c != '\t' && c != '\n') {
            fmt::format_to(std::back_inserter(xml), "_x{:04X}_", byte);
        } else {
            xml += c;
        }
    }
}

bool has_blanks_at_an_end(std::string_view text) {
    return core::trim(text).size() != text.size();
}

/// The names of the first columns; tables are narrower than the alphabet.
char column_letter(std::size_t column) {
    if (column >= 26) throw std::invalid_argument("a table has at most 26 columns");
    return static_cast<char>('A' + column);
}

struct AppendXml {
    std::string& xml;
    std::size_t row;
    std::size_t column;
    const RowStyles& styles;

    void operator()(std::monostate) const {}
    void operator()(std::string_view whole) const {
        const std::string_view text = core::truncate_utf8(whole, longest_text);
        if (text.empty()) return;
        begin(0);
        xml += has_blanks_at_an_end(text) ? R"( t="inlineStr"><is><t xml:space="preserve">)"
                                          : R"( t="inlineStr"><is><t>)";
        append_escaped(xml, text);
        xml += "</t></is></c>";
    }
    void operator()(std::int64_t value) const { number(value, 0); }
    void operator()(double value) const {
        if (std::isfinite(value)) number(value, 0);
    }
    void operator()(WallClock time) const { number(serial(time), styles.time); }
    void operator()(Day day) const { number(serial(day), styles.day); }

  private:
    void begin(int style) const {
        xml += R"(<c r=")";
        xml += column_letter(column);
        append_number(xml, row + 1);
        xml += '"';
        if (style == 0) return;
        xml += R"( s=")";
        append_number(xml, style);
        xml += '"';
    }
    template <typename Number>
    void number(Number value, int style) const {
        begin(style);
        xml += "><v>";
        append_number(xml, value);
        xml += "</v></c>";
    }
};

}  // namespace

void RowWriter::write(std::size_t row, std::span<const Cell> cells) {
    waiting_ += R"(<row r=")";
    append_number(waiting_, row + 1);
    waiting_ += R"(">)";
    for (std::size_t column = 0; column < cells.size(); ++column)
        std::visit(AppendXml{waiting_, row, column, styles_}, cells[column]);
    waiting_ += "</row>";
    sheet_->dim_rowmax = static_cast<lxw_row_t>(row);
    if (waiting_.size() >= hand_over_at) flush();
}

void RowWriter::flush() {
    if (std::fwrite(waiting_.data(), 1, waiting_.size(), sheet_->file) != waiting_.size())
        throw std::runtime_error("the rows of a workbook could not be written to the disk");
    waiting_.clear();
}

}  // namespace silaware::sheet
