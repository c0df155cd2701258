#include <algorithm>
#include <array>
#include <bitset>

#include "models/pe/binary_weights.h"
#include "models/pe/deliveries.h"
#include "models/pe/listed_units.h"

namespace eyeshift {
namespace {

// Look-up table on binary weights: the sums of +-8 inputs, in half precision, one for each 8-bit key. 256
// entries, or 128 with the other half by sign symmetry, whichever the scratchpad holds. Building takes one
// add and one write an entry, after the first entry's 7 adds: entries are formed depth first, each from the
// one with its lowest set bit cleared, so the entries on the way down stay in 8 registers, as the 8 inputs
// do, and none is read back. Column-wise: alpha x by exponent adds, one build a plane and group of outputs,
// one query and one add a key. Block-wise: one build; a key takes one query, T exponent adds and T adds.
// Row-wise real scales: one build; a key takes one query and one add, and mac-fp16 lanes beside the tops
// multiply-add once per row, plane and group. Where the inputs stay in the PEs and the scratchpad holds all
// their tables, these are built by the first pass alone.
class Lut : public Unit {
 public:
  std::string_view summary() const override {
    return "table of 8 inputs' sums, queried by 8 binary weights at a time (bcq, shiftaddllm-block)";
  }

  // Scale an input, build the table, accumulate; at the top, in the lane beside it, multiply-add of row-wise
  // real scales.
  UnitParts parts(const AcceleratorConfig::Array& array) const override {
    return with_tops({{"exponent_adder", "adder_fp16", accumulator_adder(array)}},
                     {accumulator_multiplier(array), accumulator_adder(array)}, lanes_at_tops(array));
  }
  bool has_table() const override { return true; }

  std::optional<std::string> cannot_run(const Encoding& encoding,
                                        const AcceleratorConfig& accelerator) const override {
    if (encoding.coding != Coding::binary) return "lut runs binary weights only";
    if (accelerator.spad_words.lut < 128)
      return "lut needs spad_words.lut of at least 128 (256 for a table without sign symmetry), not " +
             std::to_string(accelerator.spad_words.lut);
    const ScaleLayout layout = scale_layout(encoding);
    if (layout != ScaleLayout::row && !encoding.power_of_two)
      return "lut runs column-wise and block-wise scales as powers of two only";
    if (layout == ScaleLayout::block && encoding.group_cols != 8) return "lut runs blocks of 8 columns only";
    if (layout == ScaleLayout::row && encoding.power_of_two)
      return "lut runs row-wise scales as real numbers only";
    if (layout == ScaleLayout::row && !has_lanes(accelerator.array))
      return "lut needs " + lane_unit() + " lanes for real scales: add " + lane_unit() +
             " to the accelerator's units";
    if (encoding.group_index_bits > 0) return "lut needs contiguous groups";
    return std::nullopt;
  }

  int input_granule(const Encoding&) const override { return 8; }
  int psums_per_output(const Encoding& encoding) const override {
    return scale_layout(encoding) == ScaleLayout::row ? encoding.bits : 1;
  }
  bool finishes_groups(const Encoding& encoding, const AcceleratorConfig&) const override {
    return scale_layout(encoding) == ScaleLayout::row;
  }
  bool finishes_in_fp16_lanes(const Encoding& encoding) const override {
    return scale_layout(encoding) == ScaleLayout::row;
  }

  std::vector<FilterDelivery> deliveries(const Encoding& encoding, const AcceleratorConfig&,
                                         const Pass& pass) const override {
    std::vector<FilterDelivery> out;
    add_weights(encoding, pass, out);
    if (scale_layout(encoding) != ScaleLayout::row)
      add_per_row_group(encoding, pass, scale_layout(encoding) == ScaleLayout::block ? 8 : 1,
                        encoding.bits * encoding.terms * 8, out);
    else if (pass.ends_group)
      add_to_tops(pass, Content::row_scales, encoding.bits * encoding.scale_bits, out);
    return out;
  }

  Program program(const Encoding& encoding, const AcceleratorConfig& accelerator,
                  const PeTile& tile) const override {
    const int64_t planes = encoding.bits, terms = encoding.terms, p = tile.outputs, groups = tile.row_groups;
    const int64_t entries = entries_of(accelerator.spad_words.lut), build_adds = entries + 6;
    const ScaleLayout layout = scale_layout(encoding);
    const int64_t builds = layout == ScaleLayout::column ? planes * groups : 1;
    const int64_t accumulations = layout == ScaleLayout::block ? p * planes * terms : p * planes;
    const int64_t formed = layout == ScaleLayout::column ? 8 * planes * groups : 0;  // alpha x

    Step build{static_cast<int32_t>(builds * build_adds + formed * terms), 8, 8, {}};
    build.actions[Action::lut_build_add_inputs] = builds * build_adds;
    build.actions[Action::lut_build_write_inputs] = builds * entries;
    build.actions[Action::shift_fp16_scales] = formed * terms;
    build.actions[Action::add_fp16_inputs] = formed * std::max<int64_t>(terms - 1, 0);
    build.actions[Action::spad_input_read_inputs] = 8;

    Step query{static_cast<int32_t>(accumulations), 0, 0, {}};
    query.actions[Action::lut_query_psums] = p * planes;
    query.actions[add_psums(accelerator)] += accumulations;
    query.actions[Action::shift_fp16_scales] = layout == ScaleLayout::block ? accumulations : 0;
    query.actions[Action::spad_filter_read_weights] = words16(weight_bits(encoding, 8, tile.outputs));
    count_accumulations(layout == ScaleLayout::block ? p : p * planes, psum_bits(accelerator), query.actions);
    const int64_t term_bits = groups * planes * terms * 8 * (layout == ScaleLayout::column ? 8 : 1);
    if (layout != ScaleLayout::row) query.actions[Action::spad_filter_read_scales] = words16(term_bits);

    Program program{
        {build, query}, tile.inputs / 8, static_cast<int32_t>(p * psums_per_output(encoding)), 1, {}};
    if (tile.pass->holds_inputs && keeps_tables(encoding, accelerator.spad_words.lut, *tile.pass)) {
      query.needs = query.frees = 8;  // inputs count as used with their last query
      program.steps = {query};
    }
    if (layout == ScaleLayout::row) {
      program.finish[multiply_scales(accelerator)] = p * planes;
      program.finish[add_psums(accelerator)] = p * planes;
      program.finish[Action::spad_filter_read_scales] = words16(p * planes * encoding.scale_bits);
    }
    return program;
  }

  // The build's inputs leave the scratchpad with it; for the column-wise form, whose tables follow one
  // another plane by plane, the whole group is computed with the build.
  void execute(int step, int group, PeValues& pe) const override {
    const ScaleLayout layout = scale_layout(*pe.encoding);
    const Pass& pass = *pe.tile.pass;
    if (layout == ScaleLayout::column) {
      if (step == 0) execute_columns(group, pe);
      return;
    }
    const bool kept = keeps_tables(*pe.encoding, pe.lut_words, pass);
    if (kept) pe.lut += (pe.token * (pass.q / 8) + group) * entries_of(pe.lut_words);
    if (step == 0 && !(kept && pass.holds_inputs))
      build_table(pe.x, kept ? Keys().set() : keys_of(group, 0, pe.tile.outputs, 0, pe.encoding->bits, pe),
                  pe);
    else
      query_all(group, layout, pe);
  }

  void finish(int output, const double* psums, const float*, const PeValues& pe,
              double* totals) const override {
    const int planes = pe.encoding->bits;
    for (int plane = 0; plane < planes; ++plane)
      multiply_accumulate(psums + plane * pe.tokens,
                          static_cast<double>(row_scale(pe, int64_t{output} * planes + plane)), pe, totals);
  }

 private:
  static int entries_of(int lut_words) { return lut_words >= 256 ? 256 : 128; }

  // Whether the tables of inputs that stay in the PEs over several passes stay too: where there is room for
  // all of them, and they are the same for all outputs.
  static bool keeps_tables(const Encoding& encoding, int lut_words, const Pass& pass) {
    if (scale_layout(encoding) == ScaleLayout::column) return false;
    return (pass.holds_inputs || pass.keeps_inputs) &&
           int64_t{pass.tokens} * (pass.q / 8) * entries_of(lut_words) <= lut_words;
  }

  using Keys = std::bitset<256>;

  // The table's entries that a group's keys of some outputs and planes ask for.
  static Keys keys_of(int group, int m, int m_end, int plane_begin, int plane_end, const PeValues& pe) {
    Keys keys;
    for (; m < m_end; ++m)
      for (int plane = plane_begin; plane < plane_end; ++plane)
        keys.set(place_of(key_of(pe, group, m, plane), pe).entry);
    return keys;
  }

  // Where the table has a key, or the key with all signs turned.
  struct Place {
    unsigned entry;
    bool positive;
  };
  static Place place_of(unsigned key, const PeValues& pe) {
    const bool positive = key < static_cast<unsigned>(entries_of(pe.lut_words));
    return {positive ? key : 255 - key, positive};
  }

  // Forms the wanted entries, and those from which they are formed. The unit forms all; what nobody asks for
  // has no value to get wrong.
  static void build_table(const float* x, const Keys& wanted, PeValues& pe) {
    Keys formed;
    for (unsigned key = 0; key < 256; ++key)
      if (wanted[key])
        for (unsigned rest = key; rest != 0 && !formed[rest]; rest &= rest - 1) formed.set(rest);
    const int tokens = pe.tokens;
    for (int i = 0; i < tokens; ++i) {
      float sum = x[i];
      for (int j = 1; j < 8; ++j) sum = round_to_half(sum + x[j * tokens + i]);
      pe.lut[i] = -sum;
    }
    for (unsigned key = 1; key < static_cast<unsigned>(entries_of(pe.lut_words)); ++key) {
      if (!formed[key]) continue;
      int lowest = 0;
      while (((key >> lowest) & 1u) == 0) ++lowest;
      const float* input = x + lowest * tokens;
      const float* rest = pe.lut + static_cast<int>(key & (key - 1)) * tokens;
      float* entry = pe.lut + static_cast<int>(key) * tokens;
      for (int i = 0; i < tokens; ++i) entry[i] = round_to_half(rest[i] + 2 * input[i]);
    }
  }

  static void query_all(int block, ScaleLayout layout, PeValues& pe) {
    const int planes = pe.encoding->bits;
    for (int m = 0; m < pe.tile.outputs; ++m) {
      for (int plane = 0; plane < planes; ++plane) {
        const auto [entry, positive] = place_of(key_of(pe, block, m, plane), pe);
        const float* sums = pe.lut + static_cast<int>(entry) * pe.tokens;
        if (layout == ScaleLayout::row) {
          accumulate(sums, positive, pe, pe.psums + (m * planes + plane) * pe.tokens);
          continue;
        }
        TokenHalves values;
        for (int i = 0; i < pe.tokens; ++i) values[static_cast<size_t>(i)] = positive ? sums[i] : -sums[i];
        accumulate_scaled(pe, values.data(), row_group_of(pe, m), pe.tile.inputs / 8, block, plane,
                          pe.psums + m * pe.tokens);
      }
    }
  }

  static void execute_columns(int block, PeValues& pe) {
    const int outputs = pe.tile.outputs;
    std::array<float, 8 * size_t{kTokensAtOnce}> scaled;
    for (int plane = 0; plane < pe.encoding->bits; ++plane) {
      for (int m = 0, end = 0; m < outputs; m = end) {
        const int64_t row_group = row_group_of(pe, m);
        while (end < outputs && row_group_of(pe, end) == row_group) ++end;
        for (int j = 0; j < 8; ++j)
          scale_inputs(pe, pe.x + j * pe.tokens, row_group, pe.tile.inputs, 8 * block + j, plane,
                       scaled.data() + j * pe.tokens);
        build_table(scaled.data(), keys_of(block, m, end, plane, plane + 1, pe), pe);
        for (int of_group = m; of_group < end; ++of_group) {
          const auto [entry, positive] = place_of(key_of(pe, block, of_group, plane), pe);
          accumulate(pe.lut + static_cast<int>(entry) * pe.tokens, positive, pe,
                     pe.psums + of_group * pe.tokens);
        }
      }
    }
  }
};

const Registration<Unit, Lut> lut_registration("lut");

}  // namespace
}  // namespace eyeshift
