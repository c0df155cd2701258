#include "sim/values/layer_arithmetic.h"

#include <algorithm>
#include <map>

#include "base/errors.h"
#include "base/integers.h"
#include "sim/values/layer_image.h"

namespace eyeshift {

// What a set of PEs holds while it computes.
struct LayerArithmetic::Scratch {
  std::vector<std::vector<double>> psums;  // a row's PE: [outputs, partial sums an output, tokens]
  std::vector<double> partial;             // of the passes before, likewise
  std::vector<double> totals;              // [outputs, tokens]
  std::vector<float> lut;
};

LayerArithmetic::LayerArithmetic(const Layer& layer, const Schedule& schedule,
                                 const AcceleratorConfig& accelerator)
    : accelerator_(accelerator),
      layer_(layer),
      geometry_(accelerator_, layer.shape, layer.encoding, schedule.unit) {
  if (layer.shape.conv) throw InternalError("layer '" + layer.shape.name + "' is a convolution");
  std::map<int64_t, TileOfOutputs> by_output;
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) {
    const Pass& pass = cursor.pass();
    if (pass.token_begin == 0) by_output[pass.m_begin].push_back(tile_of(pass));
  }
  for (auto& [m_begin, tiles] : by_output) tiles_.push_back(std::move(tiles));
}

LayerArithmetic::TileOfInputs LayerArithmetic::tile_of(const Pass& scheduled) const {
  TileOfInputs tile;
  tile.pass = scheduled;
  Pass& pass = tile.pass;
  pass.holds_weights = pass.keeps_weights = false;  // every pass has all its operands at hand
  pass.holds_inputs = pass.keeps_inputs = false;
  tile.pes.resize(static_cast<size_t>(pass.rows * pass.sets));
  for (Pe& pe : tile.pes) pe.content_at.fill(-1);
  const std::vector<uint16_t> no_inputs;
  LayerImage image(geometry_, layer_, no_inputs, 0);
  const BitString weights = image.weights(pass), scales = image.scales(pass);
  int64_t weights_at = 0, scales_at = 0;
  for (FlitOrder order = geometry_.flit_order(pass); !order.done(); order.next()) {
    const FilterDelivery& delivery = order.delivery();
    const bool of_weights = delivery.content == Content::weights;
    int64_t& at = of_weights ? weights_at : scales_at;
    for (int row = delivery.row_first; row <= delivery.row_last; ++row) {
      for (int set = delivery.set_first; set <= delivery.set_last; ++set) {
        Pe& pe = tile.pes[static_cast<size_t>(row * pass.sets + set)];
        int64_t& begin = pe.content_at[static_cast<size_t>(delivery.content)];
        if (begin < 0) begin = pe.bits.size();  // flits of one content to a PE follow one another
        pe.bits.append(of_weights ? weights : scales, at, order.bits());
      }
    }
    at += order.bits();
  }
  for (int row = 0; row < pass.rows; ++row)
    for (int set = 0; set < pass.sets; ++set) {
      const Program program = geometry_.unit.program(geometry_.encoding, accelerator_,
                                                     pe_tile(geometry_.encoding, pass, row, set));
      Pe& pe = tile.pes[static_cast<size_t>(row * pass.sets + set)];
      pe.groups = program.groups;
      pe.steps = static_cast<int>(program.steps.size());
    }
  return tile;
}

PeValues LayerArithmetic::values_of(const TileOfInputs& tile, int row, int set, const Tokens& tokens,
                                    Scratch& scratch) const {
  const Pe& pe = tile.pes[static_cast<size_t>(row * tile.pass.sets + set)];
  PeValues values;
  values.tile = pe_tile(geometry_.encoding, tile.pass, row, set);
  values.accumulator = accelerator_.array.accumulator;
  values.encoding = &geometry_.encoding;
  values.dequant = accelerator_.array.dequant;
  values.lut_words = accelerator_.spad_words.lut;
  values.tokens = tokens.count;
  values.product_shift = tokens.product_shift;
  values.block = &pe.bits;
  std::copy(pe.content_at.begin(), pe.content_at.end(), values.content_at);
  values.lut = scratch.lut.data();
  return values;
}

void LayerArithmetic::run_pe(const TileOfInputs& tile, int row, int set, const Tokens& tokens,
                             Scratch& scratch) const {
  const Pe& pe = tile.pes[static_cast<size_t>(row * tile.pass.sets + set)];
  std::vector<double>& psums = scratch.psums[static_cast<size_t>(row)];
  const int64_t outputs = int64_t{tile.pass.outputs_of(set)} * geometry_.psums_per_output;
  psums.resize(static_cast<size_t>(outputs * tokens.count));
  if (!tile.pass.holds_psums) std::fill(psums.begin(), psums.end(), 0.0);
  PeValues values = values_of(tile, row, set, tokens, scratch);
  values.psums = psums.data();
  const int64_t granule = geometry_.unit.input_granule(geometry_.encoding);
  const int64_t first = tile.pass.k_begin + int64_t{row} * tile.pass.q;
  for (int group = 0; group < pe.groups; ++group) {
    values.x = tokens.inputs.data() + (first + group * granule) * tokens.count;
    for (int step = 0; step < pe.steps; ++step) geometry_.unit.execute(step, group, values);
  }
}

const std::vector<double>& LayerArithmetic::run_set(const TileOfOutputs& tiles, int set, const Tokens& tokens,
                                                    Scratch& scratch) const {
  const auto add = [&](const std::vector<double>& below, std::vector<double>& sums) {
    geometry_.unit.add(below.data(), sums.data(), static_cast<int64_t>(sums.size()),
                       accelerator_.array.accumulator);
  };
  const int64_t outputs = tiles.front().pass.outputs_of(set);
  scratch.totals.assign(static_cast<size_t>(outputs * tokens.count), 0.0);
  for (const TileOfInputs& tile : tiles) {
    const Pass& pass = tile.pass;
    if (scratch.psums.size() < static_cast<size_t>(pass.rows))
      scratch.psums.resize(static_cast<size_t>(pass.rows));
    for (int row = 0; row < pass.rows; ++row) run_pe(tile, row, set, tokens, scratch);
    if (pass.keeps_psums) continue;
    if (pass.psum_in) add(scratch.partial, scratch.psums.front());
    for (size_t row = 1; row < static_cast<size_t>(pass.rows); ++row)
      add(scratch.psums[row - 1], scratch.psums[row]);
    const auto top = static_cast<size_t>(pass.rows - 1);
    scratch.partial = scratch.psums[top];
    if (!geometry_.finishes || !pass.ends_group) continue;
    const PeValues values = values_of(tile, pass.rows - 1, set, tokens, scratch);
    for (int64_t m = 0; m < outputs; ++m)
      geometry_.unit.finish(static_cast<int>(m),
                            scratch.partial.data() + m * geometry_.psums_per_output * tokens.count,
                            tokens.scales.data(), values, scratch.totals.data() + m * tokens.count);
  }
  return geometry_.finishes ? scratch.totals : scratch.partial;
}

std::vector<uint16_t> LayerArithmetic::outputs(const std::vector<uint16_t>& inputs, int64_t tokens) const {
  const LayerImage image(geometry_, layer_, inputs, tokens);
  const std::vector<uint16_t> coded = image.coded_inputs();
  const int64_t K = layer_.shape.K, M = layer_.shape.M;
  const int64_t granule = geometry_.unit.input_granule(geometry_.encoding);
  std::vector<uint16_t> outputs(static_cast<size_t>(tokens * M));
  Scratch scratch;
  scratch.lut.resize(static_cast<size_t>(int64_t{accelerator_.spad_words.lut} * kTokensAtOnce));
  for (int64_t begin = 0; begin < tokens; begin += kTokensAtOnce) {
    Tokens part;
    part.count = static_cast<int>(std::min<int64_t>(kTokensAtOnce, tokens - begin));
    part.product_shift = image.product_shift();
    part.inputs.resize(static_cast<size_t>(divide_up(K, granule) * granule * part.count));
    for (int64_t i = 0; i < part.count; ++i) {
      part.scales[static_cast<size_t>(i)] = image.token_scale(begin + i);
      for (int64_t k = 0; k < K; ++k)
        part.inputs[static_cast<size_t>(k * part.count + i)] =
            geometry_.unit.input_value(coded[static_cast<size_t>((begin + i) * K + k)]);
    }
    for (const TileOfOutputs& tiles : tiles_) {
      const Pass& first = tiles.front().pass;
      for (int set = 0; set < first.sets; ++set) {
        const std::vector<double>& sums = run_set(tiles, set, part, scratch);
        for (int64_t m = 0; m < first.outputs_of(set); ++m)
          for (int64_t i = 0; i < part.count; ++i)
            outputs[static_cast<size_t>((begin + i) * M + first.m_of(set) + m)] =
                image.output_half(geometry_.unit.output_bits(sums[static_cast<size_t>(m * part.count + i)]));
      }
    }
  }
  return outputs;
}

}  // namespace eyeshift
