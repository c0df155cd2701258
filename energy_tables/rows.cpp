#include "energy_tables/rows.h"

#include <regex>
#include <set>

#include "models/spec/action_counts.h"

namespace eyeshift {
namespace {

std::vector<std::string> list_action_rows() {
  std::set<std::string> names = {kLutQueryRow, kRegisterReadRow, kRegisterWriteRow, kNocRow, kDramRow};
  for (const char* type : {"fp16", "fp32", "int8", "int16", "int32"}) {
    for (const char* operation : {"multiply_", "add_", "shift_"}) names.insert(std::string(operation) + type);
  }
  for (const ActionInfo& action : kActionInfo) {
    const std::string key(action.key);
    if (key.rfind("dequantize.", 0) == 0) names.insert("dequantize_" + key.substr(11, key.rfind('.') - 11));
  }
  for (const char* row : kClockAndControlRows) names.insert(row);
  return {names.begin(), names.end()};
}

std::vector<std::string> list_component_rows() {
  std::set<std::string> names = {kLutQueryRow, kRegisterComponent, kNocComponent, "exponent_adder"};
  for (const char* type : {"fp16", "fp32", "int8", "int16", "int32"}) {
    for (const char* operation : {"multiplier_", "adder_", "shifter_"})
      names.insert(std::string(operation) + type);
  }
  return {names.begin(), names.end()};
}

}  // namespace

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
