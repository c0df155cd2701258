#include <algorithm>
#include <set>
#include <string>

#include "dataflows/dataflow.h"
#include "dataflows/estimate.h"
#include "models/units/layer_geometry.h"
#include "traces/format/integers.h"

namespace eyeshift {
namespace {

// Where a unit's PEs and lanes are: all of the array, or the rows and columns that keep a mac-fp16.
struct Region {
  int64_t rows = 0, cols = 0;
};
Region region_of(const LayerGeometry& geometry) {
  const auto& array = geometry.accelerator.array;
  Region region{array.rows, array.cols};
  if (array.fp16_lanes == 0 || array.units.size() == 1) return region;
  const bool in_lanes = geometry.unit.in_fp16_lanes();
  if (in_lanes) region.rows = std::max<int64_t>(1, array.fp16_lanes / array.cols);
  if (in_lanes || geometry.unit.finishes_in_fp16_lanes(geometry.encoding))
    region.cols = std::min<int64_t>(array.cols, array.fp16_lanes);
  return region;
}

// A layer cut up by a mapping.
struct Tiling {
  Tiling(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens, const Mapping& mapping)
      : K(shape.K), M(shape.M), N(tokens), q(mapping.q), p(mapping.p), n(std::min(mapping.n, tokens)) {
    const int64_t granule = geometry.unit.input_granule(geometry.encoding);
    padded_K = divide_up(K, granule) * granule;
    const bool row_wise =
        geometry.encoding.coding != Coding::fp16 && scale_layout(geometry.encoding) == ScaleLayout::row;
    group = row_wise && column_groups(geometry.encoding, K) > 1 ? geometry.encoding.group_cols : padded_K;
    tile_inputs = std::min(q * mapping.r, group);
    tile_outputs = std::min(p * mapping.t, M);
    tiles_m = std::min(divide_up(mapping.m, tile_outputs), divide_up(M, tile_outputs));
    k_tiles = divide_up(padded_K, group) * divide_up(group, tile_inputs);
  }
  int64_t K, M, N, q, p, n;
  int64_t padded_K,
      group;  // inputs, and those that share row-wise scales; tiles of inputs do not straddle groups
  int64_t tile_inputs, tile_outputs;
  int64_t tiles_m;  // tiles of outputs in the global buffer
  int64_t k_tiles;  // tiles of inputs in all
};

// Eyeriss's row stationary (Chen et al., ISCA 2016) for a linear layer, which is a convolution with R = E =
// 1: a column of r PEs splits the inputs and adds up partial sums from row to row, t columns split the
// outputs, and every PE keeps q x p weights for all n tokens of a pass. Loops, outermost first: tokens by n,
// outputs by m, inputs by q r, outputs by p t. A PE takes its inputs as a stream, so q is bounded by the
// filter scratchpad, not by the input scratchpad.
class RowStationary : public Dataflow {
 public:
  std::string_view summary() const override {
    return "weights stay in the PEs, inputs go along rows, partial sums up the columns (Eyeriss)";
  }

  std::vector<MappingEstimate> mappings(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                        const AcceleratorConfig& accelerator,
                                        const std::string& unit) const override {
    const LayerGeometry geometry(accelerator, encoding, unit, shape.K);
    const Region region = region_of(geometry);
    const int64_t granule = geometry.unit.input_granule(encoding);
    const Mapping all{shape.M, tokens, 1, 1, granule, region.rows, region.cols};
    const int64_t group = Tiling(shape, geometry, tokens, all).group;
    std::vector<MappingEstimate> found;
    std::set<std::pair<int64_t, int64_t>> seen;
    for (const int64_t q :
         sizes(group, region.rows, granule, [&](int64_t q) { return fits_pe(shape, geometry, q, 1); })) {
      const int64_t r = std::min(region.rows, divide_up(group, q));
      for (const int64_t p :
           sizes(shape.M, region.cols, 1, [&](int64_t p) { return fits_pe(shape, geometry, q, p); })) {
        if (!seen.emplace(q, p).second) continue;
        const int64_t t = std::min(region.cols, divide_up(shape.M, p));
        add_buffered(shape, geometry, tokens, {0, 0, 1, p, q, r, t}, found);
      }
    }
    if (found.empty()) {
      const int64_t rows = std::min(region.rows, divide_up(group, granule)),
                    cols = std::min(region.cols, shape.M);
      check(shape, encoding, tokens, accelerator, unit, {cols, 1, 1, 1, granule, rows, cols});
      throw InternalError("the smallest mapping is valid, but none was found");
    }
    return found;
  }

  void check(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
             const AcceleratorConfig& accelerator, const std::string& unit,
             const Mapping& mapping) const override {
    const LayerGeometry geometry(accelerator, encoding, unit, shape.K);
    if (const std::string why = violation(shape, geometry, tokens, unit, mapping); !why.empty())
      throw InputError("layer '" + shape.name + "' on unit '" + unit + "': " + why);
  }

  Schedule schedule(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                    const AcceleratorConfig& accelerator, const std::string& unit,
                    const Mapping& mapping) const override {
    check(shape, encoding, tokens, accelerator, unit, mapping);
    return passes(shape, LayerGeometry(accelerator, encoding, unit, shape.K), tokens, unit, mapping);
  }

 private:
  // Sizes of a PE's share that cut `whole` into equal tiles over `pes`: from the largest that fits down, a
  // few of them.
  template <typename Fits>
  static std::vector<int64_t> sizes(int64_t whole, int64_t pes, int64_t granule, const Fits& fits) {
    constexpr size_t kMost = 6;
    std::vector<int64_t> found;
    for (int64_t tiles = 1; found.size() < kMost; ++tiles) {
      const int64_t size = divide_up(divide_up(whole, tiles * pes), granule) * granule;
      if ((found.empty() || size < found.back()) && fits(size)) found.push_back(size);
      if (size == granule) break;
    }
    return found;
  }

  // The mapping with as many tokens and outputs in the global buffer as fit, and with fewer of the former.
  void add_buffered(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens, Mapping mapping,
                    std::vector<MappingEstimate>& found) const {
    constexpr int kMost = 4;
    const std::string& unit = geometry.unit_name;
    const int64_t tile = mapping.p * mapping.t;
    int kept = 0;
    for (int64_t cuts = 1; cuts <= tokens && kept < kMost; cuts *= 2) {
      mapping.n = divide_up(tokens, cuts);
      int64_t low = 0, high = divide_up(shape.M, tile);  // tiles of outputs: the most that are valid
      while (low < high) {
        mapping.m = (low + high + 1) / 2 * tile;
        if (violation(shape, geometry, tokens, unit, mapping).empty())
          low = mapping.m / tile;
        else
          high = mapping.m / tile - 1;
      }
      if (low == 0) continue;
      ++kept;
      mapping.m = std::min(low * tile, shape.M);
      found.push_back(estimate(geometry, passes(shape, geometry, tokens, unit, mapping), mapping));
    }
  }

  // The most groups of outputs that p consecutive outputs of one PE touch, and where.
  static std::pair<int, int64_t> most_row_groups(const Encoding& encoding, int64_t M, int64_t p) {
    std::pair<int, int64_t> most{0, 0};
    for (int64_t m = 0; m < M; m += p) {
      const int64_t end = std::min(m + p, M);
      const int groups = static_cast<int>((end - 1) / encoding.group_rows - m / encoding.group_rows + 1);
      if (groups > most.first) most = {groups, m};
    }
    return most;
  }

  // The fullest PE of a mapping: alone in a pass that ends a group.
  static Pass fullest_pe(const LayerShape& shape, const LayerGeometry& geometry, int64_t q, int64_t p) {
    Pass pass;
    pass.rows = pass.cols = pass.tokens = 1;
    pass.q = pass.q_last = pass.input_chunk = static_cast<int32_t>(q);
    pass.m_begin = most_row_groups(geometry.encoding, shape.M, p).second;
    pass.p = pass.p_last = static_cast<int32_t>(std::min(p, shape.M - pass.m_begin));
    pass.ends_group = true;
    return pass;
  }

  static bool fits_pe(const LayerShape& shape, const LayerGeometry& geometry, int64_t q, int64_t p) {
    return pe_violation(shape, geometry, q, p).empty();
  }

  static std::string pe_violation(const LayerShape& shape, const LayerGeometry& geometry, int64_t q,
                                  int64_t p) {
    const auto& spads = geometry.accelerator.spad_words;
    const auto needs = [&](const char* spad, int64_t bits, int64_t words, const std::string& remedy) {
      return "the " + std::string(spad) + " scratchpad would hold " + std::to_string(divide_up(bits, 16)) +
             " words in a PE with q = " + std::to_string(q) + " inputs and p = " + std::to_string(p) +
             " outputs; it has " + std::to_string(words) + " (spad_words." + spad + "): " + remedy;
    };
    const int64_t granule = geometry.unit.input_granule(geometry.encoding);
    if (granule * geometry.input_bits > int64_t{spads.input} * 16)
      return needs("input", granule * geometry.input_bits, spads.input,
                   "this unit takes " + std::to_string(granule) + " inputs at a time");
    if (p * geometry.psums_per_output * geometry.psum_bits > int64_t{spads.psum} * 16)
      return needs("psum", p * geometry.psums_per_output * geometry.psum_bits, spads.psum,
                   p > 1 ? "choose a smaller p" : "enlarge it");
    if (q * p > int64_t{1} << 24)
      return "q p = " + std::to_string(q * p) + " weights in a PE are too many: choose smaller ones";
    const Pass pass = fullest_pe(shape, geometry, q, p);
    const FilterStream stream = filter_stream(geometry, pass);
    if (stream.weights + stream.scales > int64_t{spads.filter} * 16)
      return needs("filter", stream.weights + stream.scales, spads.filter,
                   p > 1 || q > granule ? "choose a smaller p or q" : "enlarge it");
    for (const Step& step :
         geometry.unit
             .program(geometry.encoding, geometry.accelerator, pe_tile(geometry.encoding, pass, 0, 0))
             .steps)
      if (step.cycles > 65535)
        return "a step of a PE would take " + std::to_string(step.cycles) +
               " cycles, at most 65535 are simulated: choose a smaller p";
    return "";
  }

  static std::string violation(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens,
                               const std::string& unit, const Mapping& mapping) {
    const Region region = region_of(geometry);
    const int64_t granule = geometry.unit.input_granule(geometry.encoding);
    const auto bad = [](const char* name, int64_t value, const std::string& allowed) {
      return "mapping parameter " + std::string(name) + " is " + std::to_string(value) + ", must be " +
             allowed;
    };
    if (tokens < 1) return "needs at least 1 token";
    if (mapping.e != 1) return bad("e", mapping.e, "1 for a linear layer");
    if (mapping.r < 1 || mapping.r > region.rows)
      return bad("r", mapping.r, "1 to " + std::to_string(region.rows) + ", the rows with this unit");
    if (mapping.t < 1 || mapping.t > region.cols)
      return bad("t", mapping.t, "1 to " + std::to_string(region.cols) + ", the columns with this unit");
    if (mapping.q < 1 || mapping.q % granule != 0)
      return bad("q", mapping.q, "a positive multiple of " + std::to_string(granule));
    if (mapping.p < 1) return bad("p", mapping.p, "at least 1");
    if (mapping.m < 1) return bad("m", mapping.m, "at least 1");
    if (mapping.n < 1) return bad("n", mapping.n, "at least 1");
    const Encoding& encoding = geometry.encoding;
    if (encoding.coding != Coding::fp16 && scale_layout(encoding) == ScaleLayout::row &&
        column_groups(encoding, shape.K) > 1 && encoding.group_cols % granule != 0)
      return "groups of " + std::to_string(encoding.group_cols) + " inputs are no multiple of the " +
             std::to_string(granule) + " inputs that the unit takes at a time";
    const int64_t q = std::min(mapping.q, divide_up(shape.K, granule) * granule),
                  p = std::min(mapping.p, shape.M);
    if (std::string why = pe_violation(shape, geometry, q, p); !why.empty()) return why;
    return buffer_violation(shape, geometry, tokens, unit, mapping);
  }

  static std::string buffer_violation(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens,
                                      const std::string& unit, const Mapping& mapping) {
    const auto& glb = geometry.accelerator.glb;
    const auto& dram = geometry.accelerator.dram;
    if (glb.filter_banks * glb.bank_bytes < dram.burst_bytes)
      return "the filter banks hold " + std::to_string(glb.filter_banks * glb.bank_bytes) +
             " bytes, a DRAM burst " + std::to_string(dram.burst_bytes) + ": enlarge glb.filter_banks";
    const Schedule layout = buffer_layout(shape, geometry, tokens, unit, mapping);
    if (layout.input_banks + layout.psum_banks > glb.shared_banks)
      return "the global buffer would need " + std::to_string(layout.input_banks) + " banks for inputs and " +
             std::to_string(layout.psum_banks) + " for partial sums; it has " +
             std::to_string(glb.shared_banks) + " (glb.shared_banks): choose a smaller n or m";
    return "";
  }

  // A schedule without passes: how the layer lies in the global buffer.
  static Schedule buffer_layout(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens,
                                const std::string& unit, const Mapping& mapping) {
    const Tiling tiling(shape, geometry, tokens, mapping);
    const auto& glb = geometry.accelerator.glb;
    const int64_t bank_bits = glb.bank_bytes * 8;
    Schedule layout;
    layout.shape = shape;
    layout.encoding = geometry.encoding;
    layout.tokens = tokens;
    layout.unit = unit;
    layout.input_slots = glb.double_buffer ? 2 : 1;
    layout.input_slot_bits =
        tiling.n * (tiling.tile_inputs * geometry.input_bits + geometry.token_scale_bits);
    const int64_t p = std::min(tiling.p, shape.M), cols = divide_up(tiling.tile_outputs, p);
    layout.psum_tile_bits = cols * tiling.n * geometry.psum_row_words(p) * glb.port_bits;
    layout.psum_tiles = static_cast<int32_t>(tiling.tiles_m);
    const int64_t slot_words = divide_up(layout.input_slot_bits, glb.port_bits);
    layout.input_banks = static_cast<int32_t>(std::min<int64_t>(
        divide_up(layout.input_slots * slot_words * glb.port_bits, bank_bits), INT32_MAX / 2));
    layout.psum_banks = static_cast<int32_t>(
        std::min<int64_t>(divide_up(layout.psum_tiles * layout.psum_tile_bits, bank_bits), INT32_MAX / 2));
    return layout;
  }

  static Schedule passes(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens,
                         const std::string& unit, const Mapping& mapping) {
    const Tiling tiling(shape, geometry, tokens, mapping);
    Schedule schedule = buffer_layout(shape, geometry, tokens, unit, mapping);
    const int64_t resident = tiling.tiles_m * tiling.tile_outputs;
    for (int64_t token = 0; token < tokens; token += tiling.n) {
      for (int64_t m = 0; m < shape.M; m += resident) {
        for (int64_t group = 0; group < tiling.padded_K; group += tiling.group) {
          const int64_t group_end = std::min(group + tiling.group, tiling.padded_K);
          for (int64_t k = group; k < group_end; k += tiling.tile_inputs) {
            Pass pass = input_tile(tiling, geometry, k, group, group_end);
            pass.tokens = static_cast<int32_t>(std::min(tiling.n, tokens - token));
            pass.token_begin = token;
            pass.m_begin = m;
            // A single tile of inputs stays for all outputs.
            pass.loads_inputs = tiling.k_tiles > 1 || m == 0;
            pass.frees_inputs = tiling.k_tiles > 1 || m + resident >= shape.M;
            add_runs(tiling, pass, std::min(m + resident, shape.M), schedule.runs);
          }
        }
      }
    }
    return schedule;
  }

  // As few equal chunks of a PE's inputs as its scratchpad can hold one of.
  static int32_t input_chunk(const LayerGeometry& geometry, int64_t q) {
    const int64_t granule = geometry.unit.input_granule(geometry.encoding);
    const int64_t most =
        int64_t{geometry.accelerator.spad_words.input} * 16 / geometry.input_bits / granule * granule;
    return static_cast<int32_t>(divide_up(divide_up(q, divide_up(q, most)), granule) * granule);
  }

  // A pass's share of the inputs, and what it does with partial sums.
  static Pass input_tile(const Tiling& tiling, const LayerGeometry& geometry, int64_t k, int64_t group,
                         int64_t group_end) {
    Pass pass;
    const int64_t inputs = std::min(tiling.tile_inputs, group_end - k);
    const int64_t q = std::min(tiling.q, inputs);
    pass.rows = static_cast<int32_t>(divide_up(inputs, q));
    pass.q = static_cast<int32_t>(q);
    pass.q_last = static_cast<int32_t>(inputs - (pass.rows - 1) * q);
    pass.input_chunk = input_chunk(geometry, q);
    pass.k_begin = k;
    pass.output = k + inputs == tiling.padded_K;
    pass.padded_inputs = pass.output ? static_cast<int32_t>(tiling.padded_K - tiling.K) : 0;
    pass.ends_group = k + inputs == group_end && (geometry.finishes || pass.output);
    pass.psum_in = geometry.finishes ? k > group : k > 0;
    pass.total_in = geometry.finishes && pass.ends_group && group > 0;
    return pass;
  }

  // The passes from pass.m_begin to m_end: full ones and, where it is smaller, the last.
  static void add_runs(const Tiling& tiling, Pass pass, int64_t m_end, std::vector<PassRun>& runs) {
    const int64_t outputs = m_end - pass.m_begin;
    const int64_t full = outputs / tiling.tile_outputs, rest = outputs % tiling.tile_outputs;
    const bool frees = pass.frees_inputs;
    if (full > 0) {
      output_tile(tiling, tiling.tile_outputs, pass);
      pass.frees_inputs = frees && rest == 0;
      runs.push_back({pass, full, tiling.tile_outputs, 1});
      pass.loads_inputs = false;
    }
    if (rest > 0) {
      pass.m_begin += full * tiling.tile_outputs;
      pass.psum_tile = static_cast<int32_t>(full);
      output_tile(tiling, rest, pass);
      pass.frees_inputs = frees;
      runs.push_back({pass, 1, 0, 0});
    }
  }

  static void output_tile(const Tiling& tiling, int64_t outputs, Pass& pass) {
    const int64_t p = std::min(tiling.p, outputs);
    pass.cols = static_cast<int32_t>(divide_up(outputs, p));
    pass.p = static_cast<int32_t>(p);
    pass.p_last = static_cast<int32_t>(outputs - (pass.cols - 1) * p);
  }
};

const Registration<Dataflow, RowStationary> registration("row-stationary");

}  // namespace
}  // namespace eyeshift
