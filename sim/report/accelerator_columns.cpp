#include "sim/report/accelerator_columns.h"

#include <algorithm>

#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

Cell parameter_cell(const Json& value) {
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_boolean()) return std::string(value.get<bool>() ? "true" : "false");
  if (value.is_string()) return value.get<std::string>();
  std::string joined;
  for (const Json& word : value) joined += (joined.empty() ? "" : "+") + word.get<std::string>();
  return joined;
}

// Places of the accelerator's parameters in its JSON, but for its name.
std::vector<Json::json_pointer> parameters_of(const Json& accelerator) {
  std::vector<Json::json_pointer> places;
  for (const auto& [group, values] : accelerator.items()) {
    const Json::json_pointer place = Json::json_pointer() / group;
    if (values.is_object())
      for (const auto& [key, unused] : values.items()) places.push_back(place / key);
    else if (group != "name")
      places.push_back(place);
  }
  return places;
}

std::string dotted(const Json::json_pointer& place) {
  std::string name = place.to_string().substr(1);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

}  // namespace

Columns<RunReport> differing_columns(const std::vector<RunReport>& runs) {
  std::vector<Json> accelerators;
  for (const RunReport& run : runs) accelerators.push_back(to_json(run.accelerator));
  Columns<RunReport> columns;
  for (const auto& place : parameters_of(accelerators.front())) {
    const Json& first = accelerators.front().at(place);
    if (std::all_of(accelerators.begin(), accelerators.end(),
                    [&](const Json& other) { return other.at(place) == first; }))
      continue;
    columns.push_back({dotted(place), [place](const RunReport& run) {
                         return parameter_cell(to_json(run.accelerator).at(place));
                       }});
  }
  return columns;
}

}  // namespace eyeshift
