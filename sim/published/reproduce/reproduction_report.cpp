#include "sim/published/reproduce/reproduction_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/files/text_table.h"

namespace eyeshift {
namespace {

template <typename Entry>
size_t index_of(const std::vector<Entry>& entries, const std::string& name, const Published& published) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  if (found == entries.end())
    throw InternalError("publication '" + published.name + "' has no '" + name + "' that is reproduced");
  return static_cast<size_t>(found - entries.begin());
}

std::string joined(const std::vector<std::string>& notes) {
  std::string all;
  for (const std::string& note : notes) all += (all.empty() ? "" : "; ") + note;
  return all;
}

void add_error(const ReproductionRow& row, QuantityErrors& errors) {
  const double error = std::fabs(row.rel_error());
  errors.mean_abs_error = (errors.mean_abs_error * errors.rows + error) / (errors.rows + 1);
  ++errors.rows;
  if (errors.rows > 1 && error <= errors.worst_abs_error) return;
  errors.worst_abs_error = error;
  errors.worst = row.name;
}

// More digits below 0.1 %, where one would hide what there is.
std::string percent(double ratio, bool sign) {
  const int digits = std::fabs(ratio) < 1e-3 && ratio != 0 ? 3 : 1;
  char text[32];
  std::snprintf(text, sizeof text, sign ? "%+.*f %%" : "%.*f %%", digits, 100 * ratio);
  return text;
}

std::string name_of(const Reproduced& value) {
  return value.subject + (value.variant.empty() ? "" : " " + value.variant) + " " + value.quantity;
}

// Every note once, after the names of its rows.
std::string notes_text(const ReproductionReport& report) {
  std::vector<std::pair<std::string, std::vector<std::string>>> rows_of;  // by note
  for (const ReproductionRow& row : report.rows)
    for (const std::string& note : row.notes) {
      const auto known =
          std::find_if(rows_of.begin(), rows_of.end(), [&](const auto& told) { return told.first == note; });
      if (known != rows_of.end())
        known->second.push_back(row.name);
      else
        rows_of.push_back({note, {row.name}});
    }
  std::string text = rows_of.empty() ? "" : "\nnotes\n";
  for (const auto& [note, rows] : rows_of)
    text += "  " + rows.front() +
            (rows.size() > 1 ? " and " + std::to_string(rows.size() - 1) + " more" : "") + ": " + note + "\n";
  return text;
}

}  // namespace

ReproductionReport reproduction_report(const Published& published,
                                       const std::vector<Reproduced>& reproduced) {
  ReproductionReport report{published.name, published.source, {}, {}};
  for (const Published::Quantity& quantity : published.quantities)
    report.errors.push_back({quantity.name, 0, 0, 0, ""});
  std::set<std::string> names;
  std::set<std::pair<size_t, size_t>> covered;
  for (const Reproduced& value : reproduced) {
    const size_t subject = index_of(published.subjects, value.subject, published);
    const size_t quantity = index_of(published.quantities, value.quantity, published);
    const Published::Quantity& told = published.quantities[quantity];
    ReproductionRow row{
        name_of(value), told.name, published.subjects[subject].values[quantity], value.value, told.unit,
        told.source,    {}};
    for (const std::string& note : {value.note, told.note})
      if (!note.empty()) row.notes.push_back(note);
    if (std::isnan(row.published)) throw InternalError("'" + row.name + "' is reproduced and not published");
    if (!names.insert(row.name).second) throw InternalError("'" + row.name + "' is reproduced twice");
    if (value.summarized) add_error(row, report.errors[quantity]);
    covered.emplace(subject, quantity);
    report.rows.push_back(row);
  }
  for (size_t s = 0; s < published.subjects.size(); ++s)
    for (size_t q = 0; q < published.quantities.size(); ++q)
      if (!std::isnan(published.subjects[s].values[q]) && covered.count({s, q}) == 0)
        throw InternalError("'" + published.subjects[s].name + " " + published.quantities[q].name +
                            "' is published and not reproduced");
  return report;
}

std::string reproduction_text(const ReproductionReport& report) {
  TextTable rows({report.name, "published", "reproduced", "error", "unit"});
  for (const ReproductionRow& row : report.rows)
    rows.add({row.name, significant(row.published), significant(row.reproduced),
              percent(row.rel_error(), true), row.unit});
  TextTable errors({"absolute error", "rows", "mean", "worst", "of"});
  for (const QuantityErrors& e : report.errors)
    if (e.rows > 0)
      errors.add({e.quantity, std::to_string(e.rows), percent(e.mean_abs_error, false),
                  percent(e.worst_abs_error, false), e.worst});
  return "published: " + report.source + "\n\n" + rows.str() + "\n" + errors.str() + notes_text(report);
}

Json reproduction_json(const ReproductionReport& report) {
  Json json = {{"name", report.name}, {"source", report.source}, {"rows", Json::array()}};
  for (const ReproductionRow& row : report.rows) {
    Json entry = {{"name", row.name},
                  {"quantity", row.quantity},
                  {"published", row.published},
                  {"reproduced", row.reproduced},
                  {"rel_error", row.rel_error()},
                  {"unit", row.unit},
                  {"source", row.source}};
    if (!row.notes.empty()) entry["note"] = joined(row.notes);
    json["rows"].push_back(entry);
  }
  json["errors"] = Json::array();
  for (const QuantityErrors& e : report.errors)
    json["errors"].push_back({{"quantity", e.quantity},
                              {"rows", e.rows},
                              {"mean_abs_error", e.mean_abs_error},
                              {"worst_abs_error", e.worst_abs_error},
                              {"worst", e.worst}});
  return json;
}

std::string reproduction_csv(const ReproductionReport& report) {
  std::string csv =
      csv_row({"name", "quantity", "published", "reproduced", "rel_error", "unit", "source", "note"});
  for (const ReproductionRow& row : report.rows)
    csv += csv_row({row.name, row.quantity, exact(row.published), exact(row.reproduced),
                    exact(row.rel_error()), row.unit, row.source, joined(row.notes)});
  return csv;
}

}  // namespace eyeshift
