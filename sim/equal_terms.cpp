#include "sim/equal_terms.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/errors.h"
#include "energy_tables/pricing.h"
#include "models/passes/layer_geometry.h"
#include "models/pe/listed_units.h"
#include "sim/report/table.h"

namespace eyeshift {
namespace {

constexpr int kMostColumns = 1024;

// A PE with `granule` inputs and `outputs` outputs of a large layer.
Pass one_pe(int granule, int outputs) {
  Pass pass;
  pass.rows = pass.set_rows = pass.sets = pass.tokens = 1;
  pass.q = pass.q_last = pass.input_chunk = granule;
  pass.p = pass.p_last = outputs;
  return pass;
}

double array_um2(const EnergyTable& table, const AcceleratorConfig& machine) {
  return area_of(table, machine, placed_units(machine)).array_um2;
}

int nearest_columns(double wanted) {
  return std::clamp(static_cast<int>(std::lround(wanted)), 1, kMostColumns);
}

}  // namespace

AcceleratorConfig with_columns(AcceleratorConfig machine, int columns) {
  AcceleratorConfig::Array& array = machine.array;
  const bool whole_rows = array.fp16_lanes % array.cols == 0;
  array.fp16_lanes =
      whole_rows ? array.fp16_lanes / array.cols * columns : std::min(array.fp16_lanes, columns);
  array.cols = columns;
  return machine;
}

double cycles_a_product(const UnitMachine& one) {
  const AcceleratorConfig& machine = one.machine;
  const Encoding& encoding = one.encoding;
  const LayerGeometry geometry(machine, one.shape, encoding, one.unit);
  const int granule = geometry.unit.input_granule(encoding);
  const int64_t psums =
      int64_t{machine.spad_words.psum} * 16 / geometry.psum_bits / geometry.psums_per_output;
  for (int outputs = static_cast<int>(psums); outputs > 0; --outputs) {
    const Pass pass = one_pe(granule, outputs);
    const FilterStream stream = filter_stream(geometry, pass);
    if (stream.weights + stream.scales > int64_t{machine.spad_words.filter} * 16) continue;
    const Program program = geometry.unit.program(encoding, machine, pe_tile(encoding, pass, 0, 0));
    double cycles = 0;
    for (const Step& step : program.steps) cycles += double{1} * program.groups * step.cycles;
    return cycles / (double{1} * granule * outputs);
  }
  throw InputError("accelerator '" + machine.name + "': the scratchpads of unit '" + one.unit +
                   "' have no room for one output of scheme '" + encoding.scheme + "': enlarge spad_words");
}

AcceleratorConfig at_equal_terms(EqualTerms terms, const UnitMachine& one, const UnitMachine& reference,
                                 const EnergyTable& table) {
  const int columns = reference.machine.array.cols;
  if (terms == EqualTerms::throughput) {
    const double slower = cycles_a_product(one) / cycles_a_product(reference);
    return with_columns(one.machine, nearest_columns(columns * slower));
  }
  if (terms == EqualTerms::area) {
    // An array is columns, all alike.
    const double column_um2 = array_um2(table, with_columns(one.machine, columns)) / columns;
    return with_columns(one.machine, nearest_columns(array_um2(table, reference.machine) / column_um2));
  }
  return one.machine;
}

namespace {

// Columns of the runs with as many tokens as `first`, which is among them.
Columns<RunReport> equal_terms_columns(EqualTerms terms, const RunReport& first, bool widths) {
  constexpr double kSquareMillimetre = 1e6, kMicrojoule_pJ = 1e6, kMillisecond = 1e-3;
  using R = const RunReport&;
  const auto product = [](R r) {
    return r.tables.front().energy.total / kMicrojoule_pJ * (sums(r).time_s / kMillisecond);
  };
  const std::string what = terms == EqualTerms::area ? "equal area, " : "equal throughput, ";
  const std::string tokens = std::to_string(first.tokens) + (first.tokens == 1 ? " token" : " tokens");
  Columns<RunReport> columns = {{what + tokens, [](R r) { return r.scheme + "@" + r.unit; }}};
  if (widths) columns.push_back({"bits", [](R r) { return int64_t{r.bits}; }});
  columns.append({
      {"PEs", [](R r) { return int64_t{r.accelerator.array.rows} * r.accelerator.array.cols; }},
      {"PE um2", [](R r) { return r.tables.front().area.pe_um2; }},
      {"array mm2", [](R r) { return r.tables.front().area.array_um2 / kSquareMillimetre; }},
      {"time ms", [](R r) { return sums(r).time_s / kMillisecond; }},
      {"energy uJ", [](R r) { return r.tables.front().energy.total / kMicrojoule_pJ; }},
      {"uJ x ms", product},
      {"to the first", [product, of_first = product(first)](R r) { return product(r) / of_first; }, "", 3},
  });
  return columns;
}

}  // namespace

std::string equal_terms_text(EqualTerms terms, const std::vector<RunReport>& runs) {
  std::string text;
  std::set<int64_t> told;
  for (const RunReport& first : runs) {
    if (!told.insert(first.tokens).second) continue;
    const Columns<RunReport> columns = equal_terms_columns(terms, first, several_widths(runs));
    Table table(columns.headings());
    for (const RunReport& run : runs)
      if (run.tokens == first.tokens) table.add(columns.cells(run));
    text += "\n" + table.text();
  }
  return text;
}

}  // namespace eyeshift
