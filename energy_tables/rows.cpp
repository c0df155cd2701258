#include "energy_tables/rows.h"

#include <algorithm>
#include <regex>
#include <set>

#include "base/nearest.h"
#include "models/types/action_counts.h"

namespace eyeshift {
namespace {

std::vector<std::string> list_action_rows() {
  std::set<std::string> names = {kLutQueryRow, kRegisterReadRow, kRegisterWriteRow, kNocRow, kDramRow};
  for (const char* type : {"fp16", "fp32", "int8", "int16", "int32"}) {
    for (const char* operation : {"multiply_", "add_", "shift_"}) names.insert(std::string(operation) + type);
  }
  for (const ActionInfo& action : kActionInfo)
    if (action.place == Place::dequantize) names.emplace(action.row);
  for (const char* row : kClockAndControlRows) names.insert(row);
  for (const char* row : kPlaceRows) names.insert(row);
  return {names.begin(), names.end()};
}

std::vector<std::string> list_component_rows() {
  std::set<std::string> names = {kLutQueryRow, kRegisterComponent, kNocComponent, "exponent_adder"};
  for (const char* type : {"fp16", "fp32", "int8", "int16", "int32"}) {
    for (const char* operation : {"multiplier_", "adder_", "shifter_"})
      names.insert(std::string(operation) + type);
  }
  for (const char* component : kPlaceComponents) names.insert(component);
  return {names.begin(), names.end()};
}

void check_row(const YamlMap& map, const std::string& name, bool is_action,
               const std::vector<std::string>& known) {
  if (const auto sram = parse_sram_row(name)) {
    if ((sram->kind != SramRow::Kind::component) == is_action) return;
  }
  if (std::binary_search(known.begin(), known.end(), name)) return;
  const std::string nearest = nearest_name(name, known);
  map.fail("", "unknown row" + (nearest.empty() ? "." : ": did you mean '" + nearest + "'?") + " Known are " +
                   join_names(known) +
                   (is_action ? ", sram_<bytes>B_<port>b_read, sram_<bytes>B_<port>b_write"
                              : ", sram_<bytes>B_<port>b"));
}

}  // namespace

void check_action_row(const YamlMap& map, const std::string& name) {
  check_row(map, name, true, action_row_names());
}

void check_component_row(const YamlMap& map, const std::string& name) {
  check_row(map, name, false, component_row_names());
}

std::optional<SramRow> parse_sram_row(const std::string& name) {
  static const std::regex pattern("sram_([1-9][0-9]{0,9})B_([1-9][0-9]{0,3})b(_read|_write)?");
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) return std::nullopt;
  const SramRow::Kind kind = match[3].length() == 0      ? SramRow::Kind::component
                             : match[3].str() == "_read" ? SramRow::Kind::read
                                                         : SramRow::Kind::write;
  return SramRow{kind, std::stoll(match[1].str()), std::stoi(match[2].str())};
}

const std::vector<std::string>& action_row_names() {
  static const std::vector<std::string> names = list_action_rows();
  return names;
}

const std::vector<std::string>& component_row_names() {
  static const std::vector<std::string> names = list_component_rows();
  return names;
}

}  // namespace eyeshift
