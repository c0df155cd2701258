#include "dataflows/tiling.h"

#include "dataflows/run_length_code.h"

namespace eyeshift {
namespace {

// As few equal chunks of a PE's inputs as its scratchpad can hold one of; a convolution's inputs come column
// by column.
int32_t input_chunk(const Tiling& tiling, const LayerGeometry& geometry, int64_t q) {
  if (tiling.conv) return static_cast<int32_t>(q);
  const int64_t granule = geometry.unit.input_granule(geometry.encoding);
  const int64_t most =
      int64_t{geometry.accelerator.spad_words.input} * 16 / geometry.input_bits / granule * granule;
  return static_cast<int32_t>(divide_up(divide_up(q, divide_up(q, most)), granule) * granule);
}

// How many of the lines or columns from `first` on lie inside the image.
int64_t inside(const Tiling& tiling, int64_t first, int64_t count) {
  return std::max<int64_t>(0, std::min(first + count, tiling.pad + tiling.H) - std::max(first, tiling.pad));
}

}  // namespace

Tiling::Tiling(const LayerShape& shape, const LayerGeometry& geometry, int64_t tokens, const Mapping& mapping)
    : conv(shape.conv.has_value()),
      N(tokens),
      groups(conv ? shape.conv->groups : 1),
      M(shape.M / groups),
      R(conv ? shape.conv->R : 1),
      E(conv ? shape.conv->E() : 1),
      U(conv ? shape.conv->stride : 1),
      pad(conv ? shape.conv->pad : 0),
      H(conv ? shape.conv->H : 1),
      n(std::min(mapping.n, N)),
      e(conv ? std::min(mapping.e, E) : 1),
      p(std::min(mapping.p, M)),
      column_tokens(std::max<int64_t>(1, mapping.n / mapping.e)) {
  const int64_t granule = geometry.unit.input_granule(geometry.encoding);
  const int64_t unpadded = conv ? shape.conv->C / groups : shape.K;
  C = divide_up(unpadded, granule) * granule;
  padding = C - unpadded;
  const ScaleLayout layout = scale_layout(geometry.encoding);
  const bool cut =
      geometry.encoding.coding != Coding::fp16 && (layout == ScaleLayout::row || layout == ScaleLayout::tile);
  scale_channels = cut && column_groups(geometry.encoding, shape.K) > 1 ? geometry.encoding.group_cols : C;
  q = std::min(mapping.q, C);
  r = mapping.r;
  t = mapping.t;
  channels = std::min(q * r, scale_channels);
  outputs = std::min(p * t, M);
  channel_tiles = divide_up(C, scale_channels) * divide_up(scale_channels, channels);
  resident_tiles = std::min(divide_up(mapping.m, outputs), divide_up(M, outputs));
}

Pass pass_on(const Tiling& tiling, const LayerGeometry& geometry, const PassTile& tile) {
  const int64_t R = tiling.R, channels = tile.channels.size, outputs = tile.outputs.size;
  const int64_t q = std::min(tiling.q, channels), sets = divide_up(channels, q);
  const int64_t p = std::min(tiling.p, outputs);
  const auto small = [](int64_t value) { return static_cast<int32_t>(value); };
  Pass pass;
  pass.rows = small(sets * R);
  pass.set_rows = pass.taps = small(R);
  pass.step_taps = pass.line_step = small(std::min(tiling.U, R));
  pass.q = small(q * R);
  pass.q_last = small((channels - (sets - 1) * q) * R);
  pass.sets = small(divide_up(outputs, p));
  pass.p = small(p);
  pass.p_last = small(outputs - (pass.sets - 1) * p);
  pass.width =
      small(tiling.conv ? tile.strip.size : std::max<int64_t>(1, tile.images.size / tiling.column_tokens));
  pass.row_tokens = small(tiling.E);
  pass.tokens = small(tiling.conv ? tile.images.size * tiling.E : tile.images.size / pass.width);
  pass.input_chunk = input_chunk(tiling, geometry, q);
  pass.k_begin = tile.channels.begin;
  pass.m_begin = tile.group * tiling.M + tile.outputs.begin;
  pass.token_begin = tile.images.begin;
  pass.y_begin = small(tile.strip.begin);
  const int64_t channels_end = tile.channels.begin + channels;
  pass.output = channels_end == tiling.C;
  pass.padded_inputs = pass.output ? small(tiling.padding * R * R) : 0;
  pass.ends_group = channels_end == tile.scale_end && (geometry.finishes || pass.output);
  pass.psum_in = geometry.finishes ? tile.channels.begin > tile.scale_begin : tile.channels.begin > 0;
  pass.total_in = geometry.finishes && pass.ends_group && tile.scale_begin > 0;
  return pass;
}

int64_t load_bits(const Tiling& tiling, const LayerGeometry& geometry, const LayerShape& shape,
                  const Pass& pass) {
  if (!tiling.conv && geometry.accelerator.compression == AcceleratorConfig::Compression::none)
    return geometry.input_stream_bits(pass);
  const int64_t images = pass.tokens / pass.row_tokens;
  const int64_t step = std::min(tiling.U, tiling.R);
  int64_t lines = tiling.conv ? 0 : pass.width, columns = 1;
  if (tiling.conv) {
    const int64_t first = pass.y_begin * tiling.U;
    if (step == tiling.U) {
      lines = inside(tiling, first, pass.set_lines());
      columns = inside(tiling, 0, (tiling.E - 1) * tiling.U + tiling.R);
    } else {  // a stride beyond the filter leaves out lines and columns
      columns = 0;
      for (int64_t j = 0; j < pass.width; ++j) lines += inside(tiling, first + j * tiling.U, tiling.R);
      for (int64_t x = 0; x < tiling.E; ++x) columns += inside(tiling, x * tiling.U, tiling.R);
    }
  }
  const int64_t inputs_of_plane = lines * columns;
  const int64_t planes = images * (pass.tile_inputs() / pass.taps);
  const int64_t scales = int64_t{pass.tokens} * pass.width * geometry.scale_bits_of_token(pass);
  if (geometry.accelerator.compression == AcceleratorConfig::Compression::none)
    return std::max<int64_t>(1, planes * inputs_of_plane * geometry.input_bits + scales);
  // Where most values are not zero the code would lengthen them: they are stored as they are.
  const int64_t plain = planes * inputs_of_plane * geometry.input_bits;
  const int64_t coded = tiling.conv ? planes * run_length_bits(inputs_of_plane, shape.zero_fraction)
                                    : run_length_bits(planes * inputs_of_plane, shape.zero_fraction);
  return std::max<int64_t>(1, std::min(plain, coded)) + scales;
}

int64_t store_bits(const Tiling& tiling, const LayerGeometry& geometry, const LayerShape& shape,
                   const Pass& pass) {
  if (geometry.accelerator.compression == AcceleratorConfig::Compression::none) return pass.results() * 16;
  const int64_t images = pass.tokens / pass.row_tokens;
  const int64_t coded =
      tiling.conv ? images * pass.tile_outputs() *
                        run_length_bits(int64_t{pass.width} * pass.row_tokens, shape.output_zero_fraction)
                  : run_length_bits(pass.results(), shape.output_zero_fraction);
  return std::min(pass.results() * 16, coded);
}

}  // namespace eyeshift
