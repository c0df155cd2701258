#include "models/passes/layer_geometry.h"

#include <algorithm>

namespace eyeshift {

LayerGeometry::LayerGeometry(const AcceleratorConfig& accelerator_, const LayerShape& shape,
                             const Encoding& encoding_, const std::string& name)
    : accelerator(accelerator_),
      encoding(encoding_),
      unit_name(name),
      unit(Registry<Unit>::instance().find(name, "unit")),
      psum_bits(unit.psum_bits(accelerator_)),
      psums_per_output(unit.psums_per_output(encoding_)),
      input_bits(unit.input_bits()),
      token_scale_bits(unit.token_scale_bits()),
      finishes(unit.finishes_groups(encoding_, accelerator_)),
      keeps_totals(finishes && column_groups(encoding_, shape.K) > 1) {
  if (const auto why = unit.cannot_run(encoding, accelerator))
    throw InputError("scheme '" + encoding.scheme + "' cannot run on unit '" + unit_name + "': " + *why);
  if (encoding.coding == Coding::int8 && column_groups(encoding, shape.K) > 1)
    throw InputError("scheme '" + encoding.scheme + "' cannot run on unit '" + unit_name +
                     "': it has several scales a row; the unit applies one");
  if (shape.conv) check_convolution(shape);
  const auto& noc = accelerator.noc_bits;
  const int narrowest = std::min({accelerator.glb.port_bits, noc.psum_in, noc.psum_out});
  psum_word = narrowest / psum_bits;
  output_word = std::min(accelerator.glb.port_bits, noc.psum_out) / 16;
  if (psum_word < 1)
    throw InputError("accelerator '" + accelerator.name +
                     "': glb.port_bits, noc_bits.psum_in and noc_bits.psum_out must hold a partial sum of " +
                     std::to_string(psum_bits) + " bits; the narrowest has " + std::to_string(narrowest));
  if (noc.input < 16)
    throw InputError("accelerator '" + accelerator.name +
                     "': noc_bits.input must hold an input of 16 bits, not " + std::to_string(noc.input));
}

// The inputs of a PE lie pixel by pixel, not in the order of K: scales of groups of inputs would be
// scattered.
void LayerGeometry::check_convolution(const LayerShape& shape) const {
  const auto refuse = [&](const std::string& why) {
    throw InputError("layer '" + shape.name + "' in scheme '" + encoding.scheme + "' on unit '" + unit_name +
                     "': " + why);
  };
  if (token_scale_bits > 0) refuse("a scale a token is for linear layers only");
  if (encoding.power_of_two || encoding.group_index_bits > 0)
    refuse("a convolution's scales must be row-wise real numbers");
  if (encoding.coding != Coding::fp16 && encoding.coding != Coding::int16 &&
      (encoding.group_rows != 1 || column_groups(encoding, shape.K) > 1))
    refuse("a convolution needs one scale an output: quantize without --group-size");
}

int64_t LayerGeometry::psum_row_words(int64_t p) const {
  const int64_t partial = (p * psums_per_output + psum_word - 1) / psum_word;
  return partial + (keeps_totals ? (p + psum_word - 1) / psum_word : 0);
}

FilterStream filter_stream(const LayerGeometry& geometry, const Pass& pass) {
  FilterStream bits;
  for (const FilterDelivery& delivery : geometry.deliveries(pass))
    (delivery.content == Content::weights ? bits.weights : bits.scales) += delivery.bits;
  return bits;
}

}  // namespace eyeshift
