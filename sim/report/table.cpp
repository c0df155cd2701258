#include "sim/report/table.h"

#include "base/errors.h"
#include "base/files/text_table.h"

namespace eyeshift {
namespace {

struct AsText {
  int digits;
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return significant(value, digits); }
  std::string operator()(const std::string& value) const { return value; }
};

struct AsCsv {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return exact(value); }
  std::string operator()(const std::string& value) const { return value; }
};

struct AsJson {
  Json& row;
  const std::string& name;
  void operator()(std::monostate) const {}
  void operator()(int64_t value) const { row[name] = value; }
  void operator()(double value) const { row[name] = finite_or_null(value); }
  void operator()(const std::string& value) const { row[name] = value; }
};

}  // namespace

void Table::add(std::vector<Cell> row) {
  if (row.size() != headings_.size()) throw InternalError("a table's row has too few or many cells");
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::vector<std::string> fields;
  for (const Heading& heading : headings_) fields.push_back(heading.title);
  TextTable table(fields);
  for (const auto& row : rows_) {
    fields.clear();
    for (size_t i = 0; i < row.size(); ++i) fields.push_back(std::visit(AsText{headings_[i].digits}, row[i]));
    table.add(fields);
  }
  return table.str();
}

std::string Table::csv() const {
  std::vector<std::string> fields;
  for (const Heading& heading : headings_) fields.push_back(heading.name);
  std::string csv = csv_row(fields);
  for (const auto& row : rows_) {
    if (row.empty()) continue;
    fields.clear();
    for (const Cell& cell : row) fields.push_back(std::visit(AsCsv{}, cell));
    csv += csv_row(fields);
  }
  return csv;
}

Json Table::json() const {
  Json list = Json::array();
  for (const auto& row : rows_) {
    if (row.empty()) continue;
    Json& object = list.emplace_back(Json::object());
    for (size_t i = 0; i < row.size(); ++i) std::visit(AsJson{object, headings_[i].name}, row[i]);
  }
  return list;
}

}  // namespace eyeshift
