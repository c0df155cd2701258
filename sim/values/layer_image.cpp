#include "sim/values/layer_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/numbers/bits.h"
#include "base/numbers/fixed_point.h"
#include "base/numbers/half.h"
#include "base/numbers/int8_inputs.h"

namespace eyeshift {
namespace {

constexpr int64_t kPadding = -1;  // instead of a k: a channel that the layer does not have

}  // namespace

LayerImage::LayerImage(const LayerGeometry& geometry, const Layer& layer, const std::vector<uint16_t>& inputs,
                       int64_t tokens)
    : geometry_(geometry),
      layer_(layer),
      inputs_(inputs),
      granule_(geometry.unit.input_granule(layer.encoding)),
      outputs_(static_cast<size_t>(tokens * layer.shape.M * layer.shape.positions())) {
  const auto largest_of = [&](size_t begin, size_t end) {
    float largest = 0;
    for (size_t i = begin; i < end; ++i) largest = std::max(largest, std::abs(float_from_half(inputs[i])));
    return largest;
  };
  if (layer.encoding.coding == Coding::int16) {
    input_exponent_ = fixed_point_exponent(static_cast<double>(largest_of(0, inputs.size())));
    product_shift_ = -std::ilogb(layer.scales.front());
  }
  if (geometry.input_bits != 8) return;
  const auto K = static_cast<size_t>(layer.shape.K);
  for (size_t token = 0; token < static_cast<size_t>(tokens); ++token)
    token_scales_.push_back(int8_token_scale(largest_of(token * K, (token + 1) * K)));
}

BitString LayerImage::weights(const Pass& pass) {
  FlitOrder order = geometry_.flit_order(pass);
  std::vector<BitString> of_deliveries(order.deliveries());
  BitString out;
  for (; !order.done() && order.delivery().content == Content::weights; order.next()) {
    BitString& weights = of_deliveries[order.at()];
    if (order.offset() == 0) append_weights(pass, order.delivery(), weights);
    out.append(weights, order.offset(), order.bits());
  }
  return out;
}

BitString LayerImage::scales(const Pass& pass) {
  BitString out;
  for (const FilterDelivery& delivery : geometry_.deliveries(pass)) {
    if (delivery.content == Content::group_scales)
      append_terms(pass, delivery, out);
    else if (delivery.content != Content::weights)
      append_row_values(pass, delivery, out);
  }
  return out;
}

void LayerImage::append_weights(const Pass& pass, const FilterDelivery& delivery, BitString& out) const {
  const int row = delivery.row_first;
  const int64_t m_begin = pass.m_of(delivery.set_first);
  for (int64_t u = 0; u < pass.inputs_of(row); u += granule_)
    for (int64_t m = m_begin; m < m_begin + pass.outputs_of(delivery.set_first); ++m)
      layer_.encoding.coding == Coding::binary ? append_keys(pass, row, u, m, out)
                                               : append_codes(pass, row, u, m, out);
}

int64_t LayerImage::k_of(const Pass& pass, int row, int64_t u) const {
  const int64_t set = row / pass.set_rows;
  if (!layer_.shape.conv) return pass.k_begin + set * pass.q + u;
  // A window lies pixel by pixel, all its channels of each.
  const int64_t R = pass.taps, channels = pass.inputs_of(row) / R;
  const int64_t channel = pass.k_begin + set * (pass.q / R) + u % channels;
  if (channel >= layer_.shape.conv->C / layer_.shape.conv->groups) return kPadding;
  return (channel * R + row % pass.set_rows) * R + u / channels;
}

void LayerImage::append_codes(const Pass& pass, int row, int64_t u, int64_t m, BitString& out) const {
  for (int j = 0; j < granule_; ++j) append_weight(k_of(pass, row, u + j), m, out);
}

// The key of a granule's inputs, plane by plane. What pads a row is stored with it; the weights of channels
// that padding adds are +1.
void LayerImage::append_keys(const Pass& pass, int row, int64_t u, int64_t m, BitString& out) const {
  const int64_t row_bytes = (layer_.shape.K + 7) / 8;
  for (int64_t plane = 0; plane < layer_.encoding.bits; ++plane) {
    const uint8_t* bits = layer_.planes.data() + (plane * layer_.shape.M + m) * row_bytes;
    unsigned key = 0;
    for (int j = 0; j < granule_; ++j) {
      const int64_t k = k_of(pass, row, u + j);
      key |= (k == kPadding ? 1u : bits[k / 8] >> (k % 8) & 1u) << j;
    }
    out.append(key, granule_);
  }
}

void LayerImage::append_weight(int64_t k, int64_t m, BitString& out) const {
  const Encoding& encoding = layer_.encoding;
  const int64_t K = layer_.shape.K;
  if (encoding.coding == Coding::fp16) {
    out.append(layer_.weight[static_cast<size_t>(m * K + k)], 16);
  } else {
    const int64_t row_bytes = (K * encoding.bits + 7) / 8;
    out.append(unpack_code(layer_.codes.data() + m * row_bytes, k, encoding.bits), encoding.bits);
  }
}

// Column-wise and block-wise scales: those of a row's inputs, or blocks of inputs, for one group of outputs.
void LayerImage::append_terms(const Pass& pass, const FilterDelivery& delivery, BitString& out) const {
  const Encoding& encoding = layer_.encoding;
  const int64_t RG = row_groups(encoding, layer_.shape.M), CG = column_groups(encoding, layer_.shape.K);
  const int64_t k_begin = k_of(pass, delivery.row_first, 0);  // linear layers only
  const int64_t k_end = k_begin + pass.inputs_of(delivery.row_first);
  for (int64_t k = k_begin; k < k_end; k += encoding.group_cols) {
    // Column-wise scales of the inputs that padding adds are zero terms.
    const int64_t group = k / encoding.group_cols;
    if (encoding.coding == Coding::uniform) {
      const auto at = static_cast<size_t>(delivery.row_group * CG + group);
      append_scale(layer_.scales[at], out);
      if (encoding.zero_bits > 0) out.append(layer_.zeros[at], encoding.zero_bits);
      continue;
    }
    for (int64_t plane = 0; plane < encoding.bits; ++plane)
      for (int64_t term = 0; term < encoding.terms; ++term)
        out.append(group < CG ? layer_.pot[static_cast<size_t>(
                                    ((plane * RG + delivery.row_group) * CG + group) * encoding.terms + term)]
                              : 0,
                   8);
  }
}

// Row-wise scales and zero points of the group of inputs that the pass lies in, for a column's outputs.
void LayerImage::append_row_values(const Pass& pass, const FilterDelivery& delivery, BitString& out) const {
  const Encoding& encoding = layer_.encoding;
  const int64_t CG = column_groups(encoding, layer_.shape.K), group = pass.k_begin / encoding.group_cols;
  const int64_t m_begin = pass.m_of(delivery.set_first);
  for (int64_t m = m_begin; m < m_begin + pass.outputs_of(delivery.set_first); ++m) {
    if (delivery.content == Content::zeros) {
      out.append(layer_.zeros[static_cast<size_t>(m * CG + group)], encoding.zero_bits);
    } else if (encoding.coding == Coding::binary) {
      for (int64_t plane = 0; plane < encoding.bits; ++plane)
        append_scale(layer_.alpha[static_cast<size_t>((plane * layer_.shape.M + m) * CG + group)], out);
    } else {
      append_scale(layer_.scales[static_cast<size_t>(m * CG + group)], out);
    }
  }
}

void LayerImage::append_scale(float scale, BitString& out) const {
  if (layer_.encoding.scale_bits == 16) {
    out.append(half_from_float(scale), 16);
    return;
  }
  uint32_t bits;
  std::memcpy(&bits, &scale, sizeof bits);
  out.append(bits, 32);
}

// As the unit takes it: half precision, int8 with a scale a token, or 16-bit fixed point.
uint16_t LayerImage::coded_input(uint16_t half, int64_t token) const {
  if (layer_.encoding.coding == Coding::int16)
    return static_cast<uint16_t>(
        fixed_point_code(static_cast<double>(float_from_half(half)), input_exponent_));
  if (geometry_.input_bits == 16) return half;
  return static_cast<uint8_t>(int8_input(float_from_half(half), token_scales_[static_cast<size_t>(token)]));
}

std::vector<uint16_t> LayerImage::coded_inputs() const {
  const auto& conv = layer_.shape.conv;
  const auto of_token = static_cast<size_t>(conv ? conv->C * conv->H * conv->H : layer_.shape.K);
  std::vector<uint16_t> coded(inputs_.size());
  for (size_t i = 0; i < coded.size(); ++i)
    coded[i] = coded_input(inputs_[i], static_cast<int64_t>(i / of_token));
  return coded;
}

uint16_t LayerImage::input(int64_t token, int64_t k) const {
  if (k >= layer_.shape.K) return 0;
  return coded_input(inputs_[static_cast<size_t>(token * layer_.shape.K + k)], token);
}

uint16_t LayerImage::pixel(int64_t image, int64_t channel, int64_t y, int64_t x) const {
  const Convolution& conv = *layer_.shape.conv;
  if (y < 0 || x < 0 || y >= conv.H || x >= conv.H) return 0;
  return coded_input(inputs_[static_cast<size_t>(((image * conv.C + channel) * conv.H + y) * conv.H + x)], 0);
}

void LayerImage::append_line(const Pass& pass, int64_t token, int line, int chunk, BitString& out) const {
  const int set = line / pass.set_lines(), within = line % pass.set_lines();
  const int64_t inputs = pass.chunk_inputs(set, static_cast<int>(token), chunk);
  const int64_t first = int64_t{chunk} * pass.input_chunk;
  if (!layer_.shape.conv) {
    for (int64_t u = first; u < first + inputs; ++u)
      out.append(input(pass.token_begin + within * pass.tokens + token, pass.k_begin + set * pass.q + u),
                 geometry_.input_bits);
    return;
  }
  const Convolution& conv = *layer_.shape.conv;
  const int64_t channels = pass.set_inputs(set) / pass.taps;
  const int64_t image = pass.token_begin + token / pass.row_tokens, x = token % pass.row_tokens;
  // Lines and columns that no two output pixels share are counted pixel by pixel.
  const int64_t row = within / pass.line_step;
  const int64_t y = pass.line_step == conv.stride
                        ? pass.y_begin * conv.stride + within
                        : (pass.y_begin + row) * conv.stride + within % pass.line_step;
  const int64_t old = x == 0 ? 0 : pass.taps - pass.step_taps;
  for (int64_t u = first; u < first + inputs; ++u) {
    const int64_t channel = pass.k_begin + set * (pass.q / pass.taps) + u % channels;
    const bool exists = channel < conv.C / conv.groups;
    const int64_t group = pass.m_begin / (layer_.shape.M / conv.groups);
    const int64_t column = x * conv.stride + old + u / channels;
    out.append(
        exists ? pixel(image, group * (conv.C / conv.groups) + channel, y - conv.pad, column - conv.pad) : 0,
        geometry_.input_bits);
  }
}

BitString LayerImage::inputs(const Pass& pass) {
  BitString out;
  for (int token = 0; token < pass.tokens; ++token) {
    for (int chunk = 0; chunk < pass.chunks(token); ++chunk)
      for (int line = 0; line < pass.lines(); ++line) append_line(pass, token, line, chunk, out);
    if (geometry_.scale_bits_of_token(pass) == 0) continue;
    for (int j = 0; j < pass.width; ++j)
      out.append(
          half_from_float(token_scales_[static_cast<size_t>(pass.token_begin + j * pass.tokens + token)]),
          geometry_.token_scale_bits);
  }
  return out;
}

uint16_t LayerImage::output_half(uint16_t bits) const {
  if (layer_.encoding.coding != Coding::int16) return bits;
  return half_from_float(std::ldexp(static_cast<float>(static_cast<int16_t>(bits)), input_exponent_));
}

void LayerImage::store_outputs(const Pass& pass, const BitString& outputs) {
  const int64_t M = layer_.shape.M, E = layer_.shape.conv ? layer_.shape.conv->E() : 1;
  int64_t at = 0;
  for (int64_t token = 0; token < pass.tokens; ++token) {
    for (int col = 0; col < pass.cols(); ++col) {
      const int64_t j = col / pass.sets;
      for (int64_t m = pass.m_of(col); m < pass.m_of(col) + pass.outputs_of(col); ++m, at += 16) {
        const int64_t index =
            layer_.shape.conv
                ? (((pass.token_begin + token / pass.row_tokens) * M + m) * E + pass.y_begin + j) * E +
                      token % pass.row_tokens
                : (pass.token_begin + j * pass.tokens + token) * M + m;
        outputs_[static_cast<size_t>(index)] = output_half(static_cast<uint16_t>(outputs.read(at, 16)));
      }
    }
  }
}

}  // namespace eyeshift
