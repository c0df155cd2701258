#pragma once

#include <string>

#include "base/files/json_fields.h"
#include "sim/report/report.h"

namespace eyeshift {

// A run as JSON, complete: energy can be recomputed from "actions", "tables[].prices", "leakage_mW" and
// "time_s".
Json to_json(const RunReport& run);
// The reverse. Throws InputError naming the key where the JSON is no report.
RunReport run_from_json(const Json& json);

// A comparison: what its runs share, and "schemes", the runs.
Json comparison_json(const std::vector<RunReport>& runs);

// A finished report: one run, or the runs of a comparison.
struct ReportFile {
  bool comparison = false;
  std::vector<RunReport> runs;
};
// Reads a report as written by simulate, compare or price; energies are not read but priced anew by price().
// Throws InputError where the file cannot be read or is no report.
ReportFile load_report(const std::string& path);

Json to_json(const Energy& energy);
Json to_json(const Area& area);
Json to_json(const AcceleratorConfig& accelerator);
AcceleratorConfig accelerator_from_json(const Json& json);

// A finished report's text, indented, with a newline at its end.
std::string dump(const Json& json);

}  // namespace eyeshift
