#include "sim/equal_terms.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/errors.h"
#include "base/files/text_table.h"
#include "energy_tables/pricing.h"
#include "models/passes/layer_geometry.h"
#include "models/pe/listed_units.h"

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

std::string equal_terms_text(EqualTerms terms, const std::vector<RunReport>& runs) {
  constexpr double kSquareMillimetre = 1e6, kMicrojoule_pJ = 1e6, kMillisecond = 1e-3;
  std::string text;
  std::set<int64_t> told;
  const bool widths = several_widths(runs);
  for (const RunReport& first : runs) {
    if (!told.insert(first.tokens).second) continue;
    const std::string what = terms == EqualTerms::area ? "equal area" : "equal throughput";
    std::vector<std::string> titles = {
        what + ", " + std::to_string(first.tokens) + (first.tokens == 1 ? " token" : " tokens"),
        "PEs",
        "PE um2",
        "array mm2",
        "time ms",
        "energy uJ",
        "uJ x ms",
        "to the first"};
    if (widths) titles.insert(titles.begin() + 1, "bits");
    TextTable table(titles);
    const auto product = [&](const RunReport& run) {
      return run.tables.front().energy.total / kMicrojoule_pJ * (sums(run).time_s / kMillisecond);
    };
    for (const RunReport& run : runs) {
      if (run.tokens != first.tokens) continue;
      const Area& area = run.tables.front().area;
      std::vector<std::string> fields = {
          run.scheme + "@" + run.unit,
          std::to_string(run.accelerator.array.rows * run.accelerator.array.cols),
          significant(area.pe_um2),
          significant(area.array_um2 / kSquareMillimetre),
          significant(sums(run).time_s / kMillisecond),
          significant(run.tables.front().energy.total / kMicrojoule_pJ),
          significant(product(run)),
          significant(product(run) / product(first), 3)};
      if (widths) fields.insert(fields.begin() + 1, std::to_string(run.bits));
      table.add(fields);
    }
    text += "\n" + table.str();
  }
  return text;
}

}  // namespace eyeshift
