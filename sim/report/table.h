#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/files/json_fields.h"

namespace eyeshift {

// What a table's cell holds. std::monostate: the row has no such quantity.
using Cell = std::variant<std::monostate, int64_t, double, std::string>;

struct Heading {
  std::string name;   // in CSV and JSON; ends in its unit: "time_s"
  std::string title;  // in text
  int digits = 4;     // significant ones of a real number, in text
};

// Rows of cells under headings; one table, three views.
class Table {
 public:
  explicit Table(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  // As many cells as headings. Throws InternalError otherwise.
  void add(std::vector<Cell> row);
  // A line across, in text only.
  void rule() { rows_.emplace_back(); }

  // For a terminal; what a row does not have is "-".
  std::string text() const;
  // With a header; what a row does not have, and numbers that are not finite, are empty.
  std::string csv() const;
  // A list of objects; what a row does not have is left out, numbers that are not finite are null.
  Json json() const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<Cell>> rows_;  // an empty one is a line
};

// A column of a table: its heading, and its cell of every row.
template <typename Row>
struct Column {
  std::string name;
  std::function<Cell(const Row&)> cell;
  std::string title = {};  // empty: the name
  int digits = 4;
};

template <typename Row>
class Columns : public std::vector<Column<Row>> {
 public:
  using std::vector<Column<Row>>::vector;

  void append(const Columns& others) { this->insert(this->end(), others.begin(), others.end()); }
  // Columns of a part of the row.
  template <typename Part, typename PartOf>
  void append(const Columns<Part>& others, const PartOf& part_of) {
    for (const Column<Part>& other : others)
      this->push_back({other.name,
                       [cell = other.cell, part_of](const Row& row) { return cell(part_of(row)); },
                       other.title, other.digits});
  }

  std::vector<Heading> headings() const {
    std::vector<Heading> all;
    for (const Column<Row>& c : *this) all.push_back({c.name, c.title.empty() ? c.name : c.title, c.digits});
    return all;
  }
  std::vector<Cell> cells(const Row& row) const {
    std::vector<Cell> all;
    for (const Column<Row>& column : *this) all.push_back(column.cell(row));
    return all;
  }
};

template <typename Row, typename Rows>
Table table_of(const Columns<Row>& columns, const Rows& rows) {
  Table table(columns.headings());
  for (const auto& row : rows) table.add(columns.cells(row));
  return table;
}

// One row as an object of JSON.
template <typename Row>
Json json_of(const Columns<Row>& columns, const Row& row) {
  Table table(columns.headings());
  table.add(columns.cells(row));
  return table.json().front();
}

}  // namespace eyeshift
