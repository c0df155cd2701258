#include "sim/layer_image.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "traces/format/bits.h"
#include "traces/format/half.h"
#include "traces/format/int8_inputs.h"

namespace eyeshift {

LayerImage::LayerImage(const LayerGeometry& geometry, const Layer& layer, const std::vector<uint16_t>& inputs,
                       int64_t tokens)
    : geometry_(geometry),
      layer_(layer),
      inputs_(inputs),
      granule_(geometry.unit.input_granule(layer.encoding)),
      outputs_(static_cast<size_t>(tokens * layer.shape.M)) {
  if (geometry.input_bits != 8) return;
  const int64_t K = layer.shape.K;
  for (int64_t token = 0; token < tokens; ++token) {
    float largest = 0;
    for (int64_t k = 0; k < K; ++k)
      largest = std::max(largest, std::abs(float_from_half(inputs[static_cast<size_t>(token * K + k)])));
    token_scales_.push_back(int8_token_scale(largest));
  }
}

BitString LayerImage::weights(const Pass& pass) {
  BitString out;
  for (const FilterDelivery& delivery :
       geometry_.unit.deliveries(layer_.encoding, geometry_.accelerator, pass))
    if (delivery.content == Content::weights) append_weights(pass, delivery, out);
  return out;
}

BitString LayerImage::scales(const Pass& pass) {
  BitString out;
  for (const FilterDelivery& delivery :
       geometry_.unit.deliveries(layer_.encoding, geometry_.accelerator, pass)) {
    if (delivery.content == Content::group_scales)
      append_terms(pass, delivery, out);
    else if (delivery.content != Content::weights)
      append_row_values(pass, delivery, out);
  }
  return out;
}

void LayerImage::append_weights(const Pass& pass, const FilterDelivery& delivery, BitString& out) const {
  const int64_t k_begin = pass.k_begin + int64_t{delivery.row_first} * pass.q;
  const int64_t m_begin = pass.m_begin + int64_t{delivery.col_first} * pass.p;
  for (int64_t k = k_begin; k < k_begin + pass.inputs_of(delivery.row_first); k += granule_)
    for (int64_t m = m_begin; m < m_begin + pass.outputs_of(delivery.col_first); ++m)
      granule_ == 8 ? append_keys(k, m, out) : append_weight(k, m, out);
}

void LayerImage::append_keys(int64_t k, int64_t m, BitString& out) const {
  const int64_t row_bytes = (layer_.shape.K + 7) / 8;
  for (int64_t plane = 0; plane < layer_.encoding.bits; ++plane)
    out.append(layer_.planes[static_cast<size_t>((plane * layer_.shape.M + m) * row_bytes + k / 8)], 8);
}

void LayerImage::append_weight(int64_t k, int64_t m, BitString& out) const {
  const Encoding& encoding = layer_.encoding;
  const int64_t K = layer_.shape.K, M = layer_.shape.M;
  if (encoding.coding == Coding::fp16) {
    out.append(layer_.weight[static_cast<size_t>(m * K + k)], 16);
  } else if (encoding.coding == Coding::binary) {
    const int64_t row_bytes = (K + 7) / 8;
    for (int64_t plane = 0; plane < encoding.bits; ++plane)
      out.append(layer_.planes[static_cast<size_t>((plane * M + m) * row_bytes + k / 8)] >> (k % 8), 1);
  } else {
    const int64_t row_bytes = (K * encoding.bits + 7) / 8;
    out.append(unpack_code(layer_.codes.data() + m * row_bytes, k, encoding.bits), encoding.bits);
  }
}

// Column-wise and block-wise scales: those of a row's inputs, or blocks of inputs, for one group of outputs.
void LayerImage::append_terms(const Pass& pass, const FilterDelivery& delivery, BitString& out) const {
  const Encoding& encoding = layer_.encoding;
  const int64_t RG = row_groups(encoding, layer_.shape.M), CG = column_groups(encoding, layer_.shape.K);
  const int64_t k_begin = pass.k_begin + int64_t{delivery.row_first} * pass.q;
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
  const int64_t m_begin = pass.m_begin + int64_t{delivery.col_first} * pass.p;
  for (int64_t m = m_begin; m < m_begin + pass.outputs_of(delivery.col_first); ++m) {
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

uint16_t LayerImage::input(int64_t token, int64_t k) const {
  if (k >= layer_.shape.K) return 0;
  const uint16_t half = inputs_[static_cast<size_t>(token * layer_.shape.K + k)];
  if (geometry_.input_bits == 16) return half;
  return static_cast<uint8_t>(int8_input(float_from_half(half), token_scales_[static_cast<size_t>(token)]));
}

BitString LayerImage::inputs(const Pass& pass) {
  BitString out;
  for (int64_t token = pass.token_begin; token < pass.token_begin + pass.tokens; ++token) {
    for (int chunk = 0; chunk < pass.input_chunks(); ++chunk)
      for (int row = 0; row < pass.rows; ++row)
        for (int i = 0; i < pass.chunk_inputs(row, chunk); ++i)
          out.append(input(token, pass.k_begin + row * pass.q + chunk * pass.input_chunk + i),
                     geometry_.input_bits);
    if (geometry_.scale_bits_of_token(pass) > 0)
      out.append(half_from_float(token_scales_[static_cast<size_t>(token)]), geometry_.token_scale_bits);
  }
  return out;
}

void LayerImage::store_outputs(const Pass& pass, const BitString& outputs) {
  int64_t at = 0;
  for (int64_t token = pass.token_begin; token < pass.token_begin + pass.tokens; ++token)
    for (int64_t m = pass.m_begin; m < pass.m_begin + pass.tile_outputs(); ++m, at += 16)
      outputs_[static_cast<size_t>(token * layer_.shape.M + m)] = static_cast<uint16_t>(outputs.read(at, 16));
}

}  // namespace eyeshift
