#pragma once

#include <string>
#include <vector>

namespace eyeshift {

// Rows of text as a table: the first column is aligned to the left, the others to the right. All rows have
// the header's number of cells; an empty row draws a line.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  void add(std::vector<std::string> row);
  // Ends with a newline.
  std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// A number with `digits` significant digits, without an exponent where it has at most nine digits: 1234.5,
// 0.00123.
std::string significant(double value, int digits = 4);

// A whole number with a thin separator every three digits: 1 234 567.
std::string grouped(long long value);

// A value as a field of a CSV row (RFC 4180): quoted where it holds a comma, a quote or a line break.
std::string csv_field(const std::string& value);

// Fields joined by commas, ended by a newline.
std::string csv_row(const std::vector<std::string>& fields);

// The shortest decimal that reads back as the same double.
std::string exact(double value);

}  // namespace eyeshift
