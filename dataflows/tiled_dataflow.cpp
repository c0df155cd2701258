#include "dataflows/tiled_dataflow.h"

#include <numeric>
#include <set>
#include <tuple>

#include "dataflows/sizes.h"
#include "models/passes/array_region.h"
#include "models/passes/pass_work.h"
#include "models/pe/arithmetic.h"

namespace eyeshift {
namespace {

constexpr int64_t kMostStepCycles = 65535;
constexpr int64_t kMostPasses = int64_t{1} << 32;

std::string bad(const char* name, int64_t value, const std::string& allowed) {
  return "mapping parameter " + std::string(name) + " is " + std::to_string(value) + ", must be " + allowed;
}

// The largest pass of a mapping: a full tile of everything, which ends a group.
Pass full_pass(const Tiling& t, const LayerGeometry& geometry) {
  Tile images{0, t.n, 0, 1, true, true}, strip{0, t.e, 0, 1, true, true};
  Tile channels{0, t.channels, 0, 1, true, true}, outputs{0, t.outputs, 0, 1, true, true};
  Pass pass = pass_on(t, geometry, {images, strip, channels, outputs, 0, 0, t.channels});
  pass.ends_group = true;
  return pass;
}

// The most groups of outputs with scales of their own that p consecutive outputs of one PE touch, and where.
std::pair<int, int64_t> most_row_groups(const Encoding& encoding, int64_t M, int64_t p) {
  std::pair<int, int64_t> most{0, 0};
  if (!scales_differ_by_place(encoding)) return {1, 0};
  const int64_t rows = encoding.group_rows;
  // No p outputs begin closer to the end of their group.
  const int64_t bound = (rows - std::gcd(p, rows) + p - 1) / rows + 1;
  for (int64_t m = 0; m < M && most.first < bound; m += p) {
    const int64_t end = std::min(m + p, M);
    const int groups = static_cast<int>((end - 1) / rows - m / rows + 1);
    if (groups > most.first) most = {groups, m};
  }
  return most;
}

}  // namespace

void TiledDataflow::check_size(const LayerShape& shape, int64_t tokens) {
  // A pair of weight and input is at most some 2^6 actions, so all counters stay below 2^63.
  constexpr double kMostPairs = 1ull << 56;
  const double pairs = static_cast<double>(shape.K) * static_cast<double>(shape.M) *
                       static_cast<double>(shape.positions()) * static_cast<double>(tokens);
  if (shape.K < 1 || shape.M < 1 || tokens < 1)
    throw InputError("layer '" + shape.name + "': needs at least 1 input, 1 output and 1 token");
  if (pairs > kMostPairs)
    throw InputError("layer '" + shape.name +
                     "': K M and tokens make more than 2^56 products, which the counters " +
                     "cannot hold: use fewer tokens");
}

TiledDataflow::Case TiledDataflow::make_case(const LayerShape& shape, const LayerGeometry& geometry,
                                             int64_t tokens, const Mapping& mapping) {
  return {shape, geometry, tokens, mapping, Tiling(shape, geometry, tokens, mapping)};
}

std::vector<MappingEstimate> TiledDataflow::mappings(const LayerShape& shape, const Encoding& encoding,
                                                     int64_t tokens, const AcceleratorConfig& accelerator,
                                                     const std::string& unit) const {
  check_size(shape, tokens);
  const LayerGeometry geometry(accelerator, shape, encoding, unit);
  std::vector<MappingEstimate> found;
  const auto take = [&](const MappingEstimate& estimate) { found.push_back(estimate); };
  for (int slots = geometry.accelerator.glb.double_buffer ? 2 : 1; slots > 0; --slots)
    for (const Mapping& mapping : candidates(shape, geometry, tokens, slots))
      take_buffered({shape, geometry, tokens, slots, Search::quick}, mapping, take);
  if (found.empty()) throw_fits_none(shape, geometry, tokens);
  return found;
}

void TiledDataflow::throw_fits_none(const LayerShape& shape, const LayerGeometry& geometry,
                                    int64_t tokens) const {
  // The smallest mapping breaks the limit that no mapping keeps.
  const int64_t granule = geometry.unit.input_granule(geometry.encoding);
  const std::string why = violation(make_case(shape, geometry, tokens, {1, 1, 1, 1, granule, 1, 1}));
  throw InputError("layer '" + shape.name + "' on unit '" + geometry.unit_name +
                   "' fits no mapping: " + (why.empty() ? "none of those tried is valid" : why));
}

void TiledDataflow::check(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                          const AcceleratorConfig& accelerator, const std::string& unit,
                          const Mapping& mapping) const {
  check_size(shape, tokens);
  const LayerGeometry geometry(accelerator, shape, encoding, unit);
  const std::pair<const char*, int64_t> parameters[] = {{"m", mapping.m}, {"n", mapping.n}, {"e", mapping.e},
                                                        {"p", mapping.p}, {"q", mapping.q}, {"r", mapping.r},
                                                        {"t", mapping.t}};
  for (const auto& [name, value] : parameters)
    if (value < 1 || value > (1 << 30))
      throw InputError("layer '" + shape.name + "' on unit '" + unit +
                       "': " + bad(name, value, "1 to " + std::to_string(1 << 30)));
  if (const std::string why = violation(make_case(shape, geometry, tokens, mapping)); !why.empty())
    throw InputError("layer '" + shape.name + "' on unit '" + unit + "': " + why);
}

MappingEstimate TiledDataflow::estimate(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                        const AcceleratorConfig& accelerator, const std::string& unit,
                                        const Mapping& mapping) const {
  check(shape, encoding, tokens, accelerator, unit, mapping);
  const LayerGeometry geometry(accelerator, shape, encoding, unit);
  PassWorks works(geometry);
  return estimate_case(make_case(shape, geometry, tokens, mapping), works);
}

Schedule TiledDataflow::schedule(const LayerShape& shape, const Encoding& encoding, int64_t tokens,
                                 const AcceleratorConfig& accelerator, const std::string& unit,
                                 const Mapping& mapping) const {
  check(shape, encoding, tokens, accelerator, unit, mapping);
  const LayerGeometry geometry(accelerator, shape, encoding, unit);
  const Case layer = make_case(shape, geometry, tokens, mapping);
  Schedule schedule = layout(layer);
  ScheduleBuilder builder(schedule);
  walk(layer, Detail::every_pass, [&](const Pass& pass, int64_t) { builder.add(pass); });
  return schedule;
}

bool TiledDataflow::fits(const Case& layer, int slots) const {
  return capacity_violation(layer).empty() && layout(layer).input_slots >= slots;
}

// What a PE and a chain hold, as the loops that share them out and the global buffer allow: from r sets a
// chain down, strips from E down.
std::vector<Mapping> TiledDataflow::candidates(const LayerShape& shape, const LayerGeometry& geometry,
                                               int64_t tokens, int slots) const {
  const ArrayRegion region = region_of(geometry);
  const int64_t granule = geometry.unit.input_granule(geometry.encoding);
  const Tiling whole(shape, geometry, tokens, {shape.M, tokens, 1, 1, granule, 1, 1});
  std::set<std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t>> seen;
  std::vector<Mapping> found;
  const int64_t most_sets = region.rows / whole.R;
  for (int64_t bands = 1; most_sets / bands >= 1; ++bands) {
    const int64_t sets = most_sets / bands;
    if (bands > 1 && sets == most_sets / (bands - 1)) continue;
    const int64_t columns = region.columns(sets * whole.R);
    const int64_t split = whole.conv ? whole.E : splits_tokens() ? tokens : 1;
    const auto fits_with = [&](int64_t e, int64_t q, int64_t p, int64_t r, int64_t t) {
      const int64_t n = whole.conv || !splits_tokens() ? 1 : e;
      return fits(make_case(shape, geometry, tokens, {p * t, n, e, p, q, r, t}), slots);
    };
    for (const int64_t e :
         sizes(split, 1, 1, columns, kAll, [&](int64_t e) { return fits_with(e, granule, 1, 1, 1); }))
      for (const int64_t q : sizes(whole.scale_channels, sets, granule, whole.scale_channels, kFew,
                                   [&](int64_t q) { return fits_with(e, q, 1, 1, 1); })) {
        int64_t r = std::min(sets, divide_up(whole.scale_channels, q));
        while (!fits_with(e, q, 1, r, 1)) --r;
        for (const int64_t p : sizes(whole.M, columns / e, 1, whole.M, kFew,
                                     [&](int64_t p) { return fits_with(e, q, p, r, 1); })) {
          int64_t t = std::min(columns / e, divide_up(whole.M, p));
          while (!fits_with(e, q, p, r, t)) --t;
          if (seen.emplace(e, p, q, r, t).second) found.push_back({0, 0, e, p, q, r, t});
        }
      }
  }
  return found;
}

// The mapping with as many outputs in the global buffer as fit: with all tokens, and with fewer, of which a
// quick search halves the number a few times.
void TiledDataflow::take_buffered(const Space& space, Mapping mapping, const Take& take) const {
  const auto& [shape, geometry, tokens, slots, search] = space;
  const bool quick = search == Search::quick;
  const size_t most = quick ? 4 : kAll;
  const int64_t tile = mapping.p * mapping.t;
  const int64_t outputs = shape.M / (shape.conv ? shape.conv->groups : 1);
  const bool splits = !shape.conv && splits_tokens();
  PassWorks works(geometry);
  size_t kept = 0;
  for (int64_t cuts = 1, next = 0; cuts <= tokens && kept < most; cuts = next) {
    mapping.n = divide_up(tokens, cuts);
    next = quick ? 2 * cuts : mapping.n > 1 ? divide_up(tokens, mapping.n - 1) : tokens + 1;
    if (splits) mapping.n = divide_up(mapping.n, mapping.e) * mapping.e;
    int64_t low = 0, high = divide_up(outputs, tile);  // tiles of outputs: the most that are valid
    while (low < high) {
      mapping.m = (low + high + 1) / 2 * tile;
      if (fits(make_case(shape, geometry, tokens, mapping), slots))
        low = mapping.m / tile;
      else
        high = mapping.m / tile - 1;
    }
    if (low == 0) continue;
    ++kept;
    mapping.m = std::min(low * tile, outputs);
    const Case layer = make_case(shape, geometry, tokens, mapping);
    if (violation(layer).empty() && layout(layer).input_slots == slots) take(estimate_case(layer, works));
  }
}

MappingEstimate TiledDataflow::estimate_case(const Case& layer, PassWorks& works) const {
  MappingEstimate total;
  total.mapping = layer.mapping;
  const bool waits = layout(layer).input_slots == 1;
  walk(layer, Detail::kinds, [&](const Pass& pass, int64_t times) {
    const PassWork work = works.of(pass);
    total.actions.add(work.actions, times);
    total.cycles += (waits && pass.loads_inputs ? work.cycles_after_load() : work.cycles()) * times;
  });
  return total;
}

// A schedule without passes: how the layer lies in the global buffer.
Schedule TiledDataflow::layout(const Case& layer) const {
  const auto& glb = layer.geometry.accelerator.glb;
  const int64_t bank_bits = glb.bank_bytes * 8;
  const Pass pass = full_pass(layer.tiling, layer.geometry);
  Schedule layout;
  layout.shape = layer.shape;
  layout.encoding = layer.geometry.encoding;
  layout.tokens = layer.tokens;
  layout.unit = layer.geometry.unit_name;
  layout.input_slot_bits = layer.geometry.input_stream_bits(pass);
  layout.psum_tile_bits =
      int64_t{pass.cols()} * pass.tokens * layer.geometry.psum_row_words(pass.p) * glb.port_bits;
  constexpr int64_t kMany = INT32_MAX / 2;
  layout.psum_tiles = static_cast<int32_t>(std::min(psum_tiles(layer), kMany));
  const auto banks = [&](int64_t blocks, int64_t bits) {
    const int64_t block_bits = divide_up(bits, glb.port_bits) * glb.port_bits;
    return static_cast<int32_t>(std::min(divide_up(blocks * block_bits, bank_bits), kMany));
  };
  layout.psum_banks = banks(layout.psum_tiles, layout.psum_tile_bits);
  layout.input_slots = glb.double_buffer ? 2 : 1;
  layout.input_banks = banks(layout.input_slots, layout.input_slot_bits);
  // The banks are one or the other: inputs are double-buffered where partial sums leave the room for it.
  if (layout.input_slots == 2 && layout.input_banks + layout.psum_banks > glb.shared_banks) {
    layout.input_slots = 1;
    layout.input_banks = banks(1, layout.input_slot_bits);
  }
  return layout;
}

std::string TiledDataflow::violation(const Case& layer) const {
  if (std::string why = capacity_violation(layer); !why.empty()) return why;
  const Tiling& t = layer.tiling;
  const double passes = static_cast<double>(divide_up(t.N, t.n)) * static_cast<double>(t.groups) *
                        static_cast<double>(divide_up(t.E, t.e)) * static_cast<double>(t.channel_tiles) *
                        static_cast<double>(divide_up(t.M, t.outputs));
  if (passes > static_cast<double>(kMostPasses))
    return "the mapping makes more than 2^32 passes: choose larger n, e, p, q, r or t";
  return "";
}

std::string TiledDataflow::capacity_violation(const Case& layer) const {
  const Mapping& mapping = layer.mapping;
  const Tiling& t = layer.tiling;
  const ArrayRegion region = region_of(layer.geometry);
  const int64_t granule = layer.geometry.unit.input_granule(layer.geometry.encoding);
  if (t.R > region.rows)
    return "its filters have " + std::to_string(t.R) + " rows, the array " + std::to_string(region.rows) +
           " with this unit (array.rows): a PE set needs a PE a row";
  const int64_t most_sets = region.rows / t.R;
  if (mapping.r > most_sets)
    return bad("r", mapping.r,
               "1 to " + std::to_string(most_sets) + ", the PE sets that the rows with this unit hold");
  const int64_t columns = region.columns(mapping.r * t.R);
  if (!t.conv && !splits_tokens() && mapping.e != 1) return bad("e", mapping.e, "1 for a linear layer");
  if (!t.conv && mapping.n % mapping.e != 0)
    return bad("n", mapping.n, "a multiple of e, which splits the tokens over columns");
  if (mapping.e > columns)
    return bad("e", mapping.e, "1 to " + std::to_string(columns) + ", the columns with this unit");
  if (mapping.t * mapping.e > columns)
    return bad("t", mapping.t,
               "1 to " + std::to_string(columns / mapping.e) + ", the columns with this unit");
  if (mapping.q % granule != 0)
    return bad("q", mapping.q, "a positive multiple of " + std::to_string(granule));
  const Encoding& encoding = layer.geometry.encoding;
  if (t.scale_channels < t.C && encoding.group_cols % granule != 0)
    return "groups of " + std::to_string(encoding.group_cols) + " inputs are no multiple of the " +
           std::to_string(granule) + " inputs that the unit takes at a time";
  if (std::string why = pe_violation(layer); !why.empty()) return why;
  if (std::string why = refusal(layer); !why.empty()) return why;
  return buffer_violation(layer);
}

std::string TiledDataflow::pe_violation(const Case& layer) const {
  const LayerGeometry& geometry = layer.geometry;
  const Tiling& t = layer.tiling;
  const auto& spads = geometry.accelerator.spad_words;
  const auto needs = [&](const char* spad, int64_t bits, int64_t words, const std::string& remedy) {
    return "the " + std::string(spad) + " scratchpad would hold " + std::to_string(divide_up(bits, 16)) +
           " words in a PE with q = " + std::to_string(t.q) + " inputs and p = " + std::to_string(t.p) +
           " outputs; it has " + std::to_string(words) + " (spad_words." + spad + "): " + remedy;
  };
  const int64_t granule = geometry.unit.input_granule(geometry.encoding);
  const int64_t inputs = t.conv ? t.q * t.R : granule;
  if (inputs * geometry.input_bits > int64_t{spads.input} * 16)
    return needs("input", inputs * geometry.input_bits, spads.input,
                 t.conv ? "its window is " + std::to_string(t.R) + " pixels wide: choose a smaller q"
                        : "this unit takes " + std::to_string(granule) + " inputs at a time");
  const int64_t kept_tokens = !psums_stay() ? 1 : t.conv ? t.n * t.E : t.column_tokens;
  const int64_t psum_bits = kept_tokens * t.p * geometry.psums_per_output * geometry.psum_bits;
  if (psum_bits > int64_t{spads.psum} * 16)
    return needs("psum", psum_bits, spads.psum,
                 kept_tokens > 1
                     ? "it keeps those of " + std::to_string(kept_tokens) + " tokens: choose a smaller n or p"
                 : t.p > 1 ? "choose a smaller p"
                           : "enlarge it");
  const int64_t window = t.q * t.R;
  if (window * t.p > int64_t{1} << 24)
    return "q p = " + std::to_string(window * t.p) + " weights in a PE are too many: choose smaller ones";
  Pass pass;
  pass.rows = pass.set_rows = pass.sets = pass.tokens = 1;
  pass.taps = pass.step_taps = static_cast<int32_t>(t.R);
  pass.q = pass.q_last = pass.input_chunk = static_cast<int32_t>(window);
  pass.m_begin = most_row_groups(geometry.encoding, layer.shape.M, t.p).second;
  pass.p = pass.p_last = static_cast<int32_t>(std::min(t.p, layer.shape.M - pass.m_begin));
  pass.ends_group = true;
  const FilterStream stream = filter_stream(geometry, pass);
  if (stream.weights + stream.scales > int64_t{spads.filter} * 16)
    return needs("filter", stream.weights + stream.scales, spads.filter,
                 t.p > 1 || t.q > granule ? "choose a smaller p or q" : "enlarge it");
  for (const Step& step :
       geometry.unit.program(geometry.encoding, geometry.accelerator, pe_tile(geometry.encoding, pass, 0, 0))
           .steps)
    if (step.cycles > kMostStepCycles)
      return "a step of a PE would take " + std::to_string(step.cycles) + " cycles, at most " +
             std::to_string(kMostStepCycles) + " are simulated: choose a smaller p";
  return "";
}

std::string TiledDataflow::buffer_violation(const Case& layer) const {
  const auto& glb = layer.geometry.accelerator.glb;
  const auto& dram = layer.geometry.accelerator.dram;
  if (glb.filter_banks * glb.bank_bytes < dram.burst_bytes)
    return "the filter banks hold " + std::to_string(glb.filter_banks * glb.bank_bytes) +
           " bytes, a DRAM burst " + std::to_string(dram.burst_bytes) + ": enlarge glb.filter_banks";
  const Schedule layout = this->layout(layer);
  if (layout.input_banks + layout.psum_banks > glb.shared_banks)
    return "the global buffer would need " + std::to_string(layout.input_banks) + " banks for inputs and " +
           std::to_string(layout.psum_banks) + " for partial sums; it has " +
           std::to_string(glb.shared_banks) + " (glb.shared_banks): choose a smaller n, m or e";
  return "";
}

}  // namespace eyeshift
