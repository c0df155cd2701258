#include "energy_tables/scaling.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <regex>
#include <vector>

#include "base/errors.h"
#include "base/nearest.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

constexpr double kLeast_V = 0.5, kMost_V = 1.2;

// Energy of an operation as a V^2 + b V + c; area relative to 65 and to 45 nm.
struct Node {
  int nm;
  double a, b, c;
  double area_from_65, area_from_45;
  double usual_V;  // 0: none is taken for granted
};
constexpr Node kNodes[] = {
    {65, 3.755, -4.398, 1.975, 1, 1.5, 1.0},         {45, 1.103, -0.362, 0.2767, 0.66, 1, 0.9},
    {32, 0.9559, -0.7823, 0.471, 0.31, 0.46, 0.9},   {20, 0.373, -0.1582, 0.04104, 0.14, 0.21, 0},
    {16, 0.2958, -0.1241, 0.03024, 0.13, 0.19, 0.8}, {14, 0.2363, -0.09675, 0.02239, 0.12, 0.17, 0},
    {10, 0.2068, -0.09311, 0.02375, 0.068, 0.1, 0},  {7, 0.1776, -0.09097, 0.02447, 0.039, 0.059, 0.7},
};

double energy(const Node& node, double V) { return node.a * V * V + node.b * V + node.c; }

const Node& find_node(double nm) {
  const auto found =
      std::find_if(std::begin(kNodes), std::end(kNodes), [&](const Node& node) { return node.nm == nm; });
  if (found != std::end(kNodes)) return *found;
  std::vector<std::string> known;
  for (const Node& node : kNodes) known.push_back(std::to_string(node.nm));
  char given[32];
  std::snprintf(given, sizeof given, "%g", nm);
  throw InputError("technology scaling has no node of " + std::string(given) + " nm: it has " +
                   join_names(known) + " nm");
}

void check_voltage(const char* whose, double V) {
  if (V >= kLeast_V && V <= kMost_V) return;
  char text[96];
  std::snprintf(text, sizeof text, "technology scaling covers 0.5 to 1.2 V, and the %s voltage is %g V",
                whose, V);
  throw InputError(text);
}

std::string ending(const ScalingTarget& target) {
  char text[48];
  std::snprintf(text, sizeof text, "@%dnm-%gV", target.node_nm, target.voltage_V);
  return text;
}

bool is_off_chip(const std::string& action) { return action == kDramRow || action == "io_transfer"; }

}  // namespace

ScaledName parse_scaled_name(const std::string& name) {
  static const std::regex pattern("(.+)@([1-9][0-9]{0,3})nm(?:-([0-9](?:\\.[0-9]{1,6})?)V)?");
  std::smatch match;
  if (!std::regex_match(name, match, pattern)) return {name, {}};
  const Node& node = find_node(std::stoi(match[2]));
  const double voltage_V = match[3].matched ? std::stod(match[3]) : node.usual_V;
  if (voltage_V == 0)
    throw InputError("'" + name + "': give the supply at " + match[2].str() + " nm, for example " +
                     match[1].str() + "@" + match[2].str() + "nm-0.8V");
  return {match[1], {node.nm, voltage_V}};
}

ScalingFactors scaling_factors(const EnergyTable& table, const ScalingTarget& target) {
  const Node &from = find_node(table.node_nm), &to = find_node(target.node_nm);
  if (from.nm != 65 && from.nm != 45)
    throw InputError("technology scaling has areas relative to 65 and 45 nm only, and table '" + table.name +
                     "' is of " + std::to_string(from.nm) + " nm");
  check_voltage("table's", table.voltage_V);
  check_voltage("wanted", target.voltage_V);
  return {energy(to, target.voltage_V) / energy(from, table.voltage_V),
          from.nm == 65 ? to.area_from_65 : to.area_from_45};
}

EnergyTable scaled(EnergyTable table, const ScalingTarget& target) {
  const ScalingFactors factors = scaling_factors(table, target);
  char how[96];
  const auto told = [&](double factor) {
    std::snprintf(how, sizeof how, "; from %g nm, %g V, times %.4g (Stillmaker and Baas, 2017)",
                  table.node_nm, table.voltage_V, factor);
    return std::string(how);
  };
  for (auto& [name, price] : table.actions) {
    if (is_off_chip(name)) continue;
    price.energy_pJ *= factors.energy;
    if (price.spad_filter_reads <= 0) price.source += told(factors.energy);
  }
  for (auto& [name, cost] : table.components) {
    cost.area_um2 *= factors.area;
    cost.source += told(factors.area) + ", leakage as it was";
  }
  table.name += ending(target);
  table.node_nm = target.node_nm;
  table.voltage_V = target.voltage_V;
  return table;
}

}  // namespace eyeshift
