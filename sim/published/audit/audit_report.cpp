#include "sim/published/audit/audit_report.h"

#include <algorithm>
#include <cstdio>

#include "base/errors.h"
#include "base/files/text_table.h"

namespace eyeshift {
namespace {

constexpr double kPicojoulesPerMillijoule = 1e9;
constexpr double kMillijoulesPerJoule = 1e3;

const std::pair<const char*, double AuditEnergy::*> kPlaces[] = {{"arithmetic", &AuditEnergy::arithmetic},
                                                                 {"lut", &AuditEnergy::lut},
                                                                 {"dram", &AuditEnergy::dram},
                                                                 {"glb", &AuditEnergy::glb},
                                                                 {"noc", &AuditEnergy::noc},
                                                                 {"spad", &AuditEnergy::spad},
                                                                 {"rest", &AuditEnergy::rest}};

double mJ(double pJ) { return pJ / kPicojoulesPerMillijoule; }

double total_mJ(const AuditColumn& column, size_t line) { return mJ(column.lines[line].energy.total()); }

std::string percent(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * part);
  return text;
}

std::vector<const AuditColumn*> at_tokens(const Audit& audit, int64_t tokens) {
  std::vector<const AuditColumn*> columns;
  for (const AuditColumn& column : audit.columns)
    if (column.tokens == tokens) columns.push_back(&column);
  return columns;
}

// The estimator's scheme; with the unit where two run it.
std::string label(const AuditColumn& column) {
  return column.scheme == "shiftaddllm" ? column.scheme + "@" + column.unit : column.scheme;
}

const AuditColumn& column_of(const std::vector<const AuditColumn*>& columns, const std::string& named) {
  for (const AuditColumn* column : columns)
    if (label(*column) == named) return *column;
  throw InternalError("the audit has no column of " + named);
}

std::string tokens_text(const Audit& audit, int64_t tokens) {
  const auto columns = at_tokens(audit, tokens);
  std::vector<std::string> header = {"mJ, " + std::to_string(tokens) + (tokens == 1 ? " token" : " tokens")};
  for (const AuditColumn* column : columns) header.push_back(label(*column));
  for (const char* unit : {"lut", "shift-add"})
    for (const char* baseline : {"fp16", "optq"}) header.push_back(std::string(unit) + "/" + baseline);
  TextTable text(header);
  std::vector<std::string> printed = {"printed as J"};
  for (const AuditColumn* column : columns)
    printed.push_back(significant(kMillijoulesPerJoule * total_mJ(*column, 0)));
  printed.resize(header.size());
  text.add(printed);
  for (size_t line = 0; line < columns.front()->lines.size(); ++line) {
    std::vector<std::string> row = {columns.front()->lines[line].step};
    for (const AuditColumn* column : columns) row.push_back(significant(total_mJ(*column, line)));
    for (const std::string unit : {"lut", "shift-add"})
      for (const char* baseline : {"fp16", "optq"})
        row.push_back(percent(total_mJ(column_of(columns, "shiftaddllm@" + unit), line) /
                                  total_mJ(column_of(columns, baseline), line) -
                              1));
    text.add(row);
  }
  return text.str();
}

// Where the energy goes at the first and the last step, in parts of a scheme's total.
std::string places_text(const Audit& audit, int64_t tokens) {
  std::vector<std::string> header = {"part of the total"};
  for (const auto& [name, unused] : kPlaces) header.emplace_back(name);
  TextTable text(header);
  for (const AuditColumn* column : at_tokens(audit, tokens))
    for (const AuditLine* line : {&column->lines.front(), &column->lines.back()}) {
      std::vector<std::string> row = {label(*column) + ", " + line->step};
      for (const auto& [unused, place] : kPlaces) {
        char part[16];
        std::snprintf(part, sizeof part, "%.1f %%", 100 * (line->energy.*place) / line->energy.total());
        row.emplace_back(part);
      }
      text.add(row);
    }
  return text.str();
}

Json places_json(const AuditEnergy& energy) {
  Json json;
  for (const auto& [name, place] : kPlaces) json[name] = mJ(energy.*place);
  json["total"] = mJ(energy.total());
  return json;
}

}  // namespace

std::string audit_text(const Audit& audit) {
  std::string text = audit.network + ", " + std::to_string(audit.options.bits) + " bits, on " +
                     audit.accelerator + " with " + audit.table + ", context " +
                     std::to_string(audit.options.context) + "\n";
  for (const int64_t tokens : audit.options.tokens)
    text += "\n" + tokens_text(audit, tokens) + "\n" + places_text(audit, tokens);
  text += "\nsteps\n";
  for (const AuditLine& line : audit.columns.front().lines)
    text += "  " + line.step + ": " + line.meaning + "\n";
  return text;
}

Json audit_json(const Audit& audit) {
  Json json = {
      {"network", audit.network},         {"bits", audit.options.bits}, {"context", audit.options.context},
      {"accelerator", audit.accelerator}, {"table", audit.table},       {"columns", Json::array()}};
  for (const AuditColumn& column : audit.columns) {
    Json entry = {{"scheme", column.scheme},
                  {"machine_scheme", column.machine_scheme},
                  {"unit", column.unit},
                  {"tokens", column.tokens},
                  {"printed_mJ", kMillijoulesPerJoule * total_mJ(column, 0)},
                  {"lines", Json::array()}};
    double before = kMillijoulesPerJoule * total_mJ(column, 0);
    for (const AuditLine& line : column.lines) {
      const double total = mJ(line.energy.total());
      entry["lines"].push_back({{"step", line.step},
                                {"meaning", line.meaning},
                                {"energy_mJ", places_json(line.energy)},
                                {"change_mJ", total - before}});
      before = total;
    }
    entry["counted_mJ"] = places_json(column.counted);
    entry["machine_mJ"] = places_json(column.machine);
    json["columns"].push_back(entry);
  }
  return json;
}

std::string audit_csv(const Audit& audit) {
  std::vector<std::string> header = {"tokens", "scheme", "unit", "step"};
  for (const auto& [name, unused] : kPlaces) header.push_back(std::string(name) + "_mJ");
  header.emplace_back("total_mJ");
  std::string csv = csv_row(header);
  for (const AuditColumn& column : audit.columns)
    for (const AuditLine& line : column.lines) {
      std::vector<std::string> row = {std::to_string(column.tokens), column.scheme, column.unit, line.step};
      for (const auto& [unused, place] : kPlaces) row.push_back(exact(mJ(line.energy.*place)));
      row.push_back(exact(mJ(line.energy.total())));
      csv += csv_row(row);
    }
  return csv;
}

}  // namespace eyeshift
