#include "base/files/text_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/errors.h"

namespace eyeshift {
namespace {

// Characters on the screen: UTF-8 continuation bytes take none.
size_t width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) {
  rows_.push_back(std::move(header));
  rows_.emplace_back();
}

void TextTable::add(std::vector<std::string> row) {
  if (!row.empty() && row.size() != rows_.front().size())
    throw InternalError("a table's row has too few or many cells");
  rows_.push_back(std::move(row));
}

std::string TextTable::str() const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  size_t total = 2 * (widths.size() - 1);
  for (const size_t w : widths) total += w;

  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i == 0 ? row[i] + padding : padding + row[i]);
    }
    if (row.empty()) line.assign(total, '-');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  const double magnitude = std::fabs(value);
  char text[64];
  if (value == 0 || magnitude >= 1e9 || magnitude < 1e-4) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
  } else {
    const int before = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
    std::snprintf(text, sizeof text, "%.*f", std::max(0, digits - before), value);
  }
  return text;
}

std::string grouped(long long value) {
  std::string digits = std::to_string(value);
  const size_t first = value < 0 ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) digits.insert(i -= 3, " ");
  return digits;
}

std::string csv_field(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (size_t i = 0; i < fields.size(); ++i) row += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return row + "\n";
}

std::string exact(double value) {
  if (!std::isfinite(value)) return "";
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

}  // namespace eyeshift
