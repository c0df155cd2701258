#include "energy_tables/memory.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/errors.h"
#include "base/nearest.h"
#include "energy_tables/rows.h"

namespace eyeshift {
namespace {

// y at x between two points, in log-log; linear where a value is 0, which has no logarithm.
double interpolate(int64_t x0, double y0, int64_t x1, double y1, int64_t x) {
  const double part = std::log(static_cast<double>(x) / static_cast<double>(x0)) /
                      std::log(static_cast<double>(x1) / static_cast<double>(x0));
  if (y0 <= 0 || y1 <= 0) return y0 + (y1 - y0) * static_cast<double>(x - x0) / static_cast<double>(x1 - x0);
  return y0 * std::pow(y1 / y0, part);
}

std::string row_name(int64_t bytes, int port_bits, SramRow::Kind kind) {
  const char* suffix = kind == SramRow::Kind::read ? "_read" : kind == SramRow::Kind::write ? "_write" : "";
  return "sram_" + std::to_string(bytes) + "B_" + std::to_string(port_bits) + "b" + suffix;
}

// Sizes, by the width of the port, of a table's SRAM rows of one kind.
template <typename Rows>
std::map<int64_t, std::set<int64_t>> sram_sizes(const Rows& rows, SramRow::Kind kind) {
  std::map<int64_t, std::set<int64_t>> sizes;
  for (const auto& [name, unused] : rows) {
    const auto row = parse_sram_row(name);
    if (row && row->kind == kind) sizes[row->port_bits].insert(row->bytes);
  }
  return sizes;
}

struct Around {
  int64_t below, above;  // equal where the value itself is known
};

// The known values around `wanted`, or nothing outside their range.
template <typename Known>
std::optional<Around> around(const Known& known, int64_t wanted) {
  const auto above = known.lower_bound(wanted);
  if (above == known.end()) return std::nullopt;
  if (*above == wanted) return Around{wanted, wanted};
  if (above == known.begin()) return std::nullopt;
  return Around{*std::prev(above), *above};
}

// A quantity of an SRAM from a table's rows of one kind, by name. Throws InputError outside the table's
// range.
template <typename Rows, typename Quantity>
double sram_quantity(const EnergyTable& table, const Rows& rows, int64_t bytes, int port_bits,
                     SramRow::Kind kind, const Quantity& quantity) {
  const std::string wanted = "energy table '" + table.name + "' has no row '" +
                             row_name(bytes, port_bits, kind) + "' for an SRAM of " + std::to_string(bytes) +
                             " bytes with a port of " + std::to_string(port_bits) + " bits: ";
  const auto sizes = sram_sizes(rows, kind);
  std::set<int64_t> ports;
  std::vector<std::string> port_names;
  for (const auto& [port, unused] : sizes) {
    ports.insert(port);
    port_names.push_back(std::to_string(port));
  }
  const auto ports_around = around(ports, port_bits);
  if (!ports_around)
    throw InputError(wanted + "its ports have widths of " + join_names(port_names) + " bits");
  const auto at_port = [&](int64_t port) {
    const std::set<int64_t>& known = sizes.at(port);
    const auto sizes_around = around(known, bytes);
    if (!sizes_around)
      throw InputError(wanted + "its sizes go from " + std::to_string(*known.begin()) + " to " +
                       std::to_string(*known.rbegin()) + " bytes");
    const auto value = [&](int64_t size) {
      return quantity(rows.at(row_name(size, static_cast<int>(port), kind)));
    };
    const auto& [below, above] = *sizes_around;
    return below == above ? value(below) : interpolate(below, value(below), above, value(above), bytes);
  };
  const auto& [below, above] = *ports_around;
  return below == above ? at_port(below)
                        : interpolate(below, at_port(below), above, at_port(above), port_bits);
}

}  // namespace

double sram_energy_pJ(const EnergyTable& table, int64_t bytes, int port_bits, Access access) {
  const SramRow::Kind kind = access == Access::read ? SramRow::Kind::read : SramRow::Kind::write;
  return sram_quantity(table, table.actions, bytes, port_bits, kind,
                       [](const ActionPrice& price) { return price.energy_pJ; });
}

ComponentCost sram_cost(const EnergyTable& table, int64_t bytes, int port_bits) {
  const auto of = [&](double ComponentCost::*member) {
    return sram_quantity(table, table.components, bytes, port_bits, SramRow::Kind::component,
                         [&](const ComponentCost& cost) { return cost.*member; });
  };
  return {of(&ComponentCost::area_um2), of(&ComponentCost::leakage_mW), ""};
}

int64_t smallest_scratchpad_sram_bytes(const EnergyTable& table) {
  std::optional<int64_t> smallest;
  for (const auto& [name, unused] : table.actions) {
    const auto row = parse_sram_row(name);
    if (row && row->port_bits == kScratchpadPort_bits)
      smallest = std::min(row->bytes, smallest.value_or(row->bytes));
  }
  return smallest.value_or(kSmallestSram_bytes);
}

double scratchpad_energy_pJ(const EnergyTable& table, int64_t words, Access access) {
  if (2 * words >= smallest_scratchpad_sram_bytes(table))
    return sram_energy_pJ(table, 2 * words, kScratchpadPort_bits, access);
  return kScratchpadPort_bits *
         action_row(table, access == Access::read ? kRegisterReadRow : kRegisterWriteRow).energy_pJ;
}

ComponentCost scratchpad_cost(const EnergyTable& table, int64_t words) {
  if (2 * words >= smallest_scratchpad_sram_bytes(table))
    return sram_cost(table, 2 * words, kScratchpadPort_bits);
  const ComponentCost& bit = component_row(table, kRegisterComponent);
  const double bits = 16.0 * static_cast<double>(words);
  return {bits * bit.area_um2, bits * bit.leakage_mW, ""};
}

ComponentCost lut_table_cost(const EnergyTable& table, int64_t words) {
  const bool own_row = table.components.count(kLutQueryRow) > 0;
  return own_row ? component_row(table, kLutQueryRow) : scratchpad_cost(table, words);
}

const ActionPrice& action_row(const EnergyTable& table, const std::string& name) {
  const auto row = table.actions.find(name);
  if (row == table.actions.end())
    throw InputError("energy table '" + table.name + "' has no action '" + name +
                     "': add it, or use another table");
  return row->second;
}

const ComponentCost& component_row(const EnergyTable& table, const std::string& name) {
  const auto row = table.components.find(name);
  if (row == table.components.end())
    throw InputError("energy table '" + table.name + "' has no component '" + name +
                     "': add it, or use another table");
  return row->second;
}

}  // namespace eyeshift
