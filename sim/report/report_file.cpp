#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/errors.h"
#include "base/files/strict_json.h"
#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

// One run of a file; errors say which.
RunReport run_of_file(const Json& json, const std::string& place) {
  try {
    return run_from_json(json);
  } catch (const InputError& error) {
    throw InputError(place + ": " + error.what());
  }
}

}  // namespace

ReportFile load_report(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw InputError("cannot read '" + path + "': it is a folder, not a JSON report");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError("cannot read '" + path + "': " + std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const Json json = parse_json_object(text, path);
  ReportFile report;
  report.comparison = json.contains("schemes");
  if (!report.comparison) {
    report.runs.push_back(run_of_file(json, path));
    return report;
  }
  if (!json["schemes"].is_array()) throw InputError(path + ": 'schemes' must be a list");
  for (const Json& run : json["schemes"])
    report.runs.push_back(run_of_file(run, path + ": schemes[" + std::to_string(report.runs.size()) + "]"));
  if (report.runs.empty()) throw InputError(path + ": 'schemes' is empty");
  return report;
}

}  // namespace eyeshift
