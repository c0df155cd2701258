#include "dataflows/feature_map_code.h"

#include <algorithm>

#include "dataflows/run_length_code.h"

namespace eyeshift {
namespace {

struct Length {
  int64_t values = 0, coded_bits = 0;

  void add(const std::vector<uint16_t>& stream) {
    values += static_cast<int64_t>(stream.size());
    coded_bits += run_length_bits(stream);
  }
  int64_t bits(int value_bits) const { return std::min(values * value_bits, coded_bits); }
};

// Pixels from line or column `first` on that are real ones, of windows `R` wide at these strides.
std::vector<int64_t> stored_pixels(const Convolution& conv, int64_t first, int64_t windows) {
  std::vector<int64_t> pixels;
  for (int64_t window = first; window < first + windows; ++window)
    for (int64_t r = 0; r < conv.R; ++r) {
      const int64_t at = window * conv.stride + r - conv.pad;
      if (at >= 0 && at < conv.H && (pixels.empty() || at > pixels.back())) pixels.push_back(at);
    }
  return pixels;
}

Length linear_inputs(const LayerShape& shape, const Pass& pass, const std::vector<uint16_t>& inputs) {
  std::vector<uint16_t> stream;
  const int64_t end = std::min(pass.k_begin + pass.tile_inputs(), shape.K);
  for (int64_t token = pass.token_begin; token < pass.token_begin + int64_t{pass.width} * pass.tokens;
       ++token)
    for (int64_t k = pass.k_begin; k < end; ++k)
      stream.push_back(inputs[static_cast<size_t>(token * shape.K + k)]);
  Length length;
  length.add(stream);
  return length;
}

Length convolution_inputs(const LayerShape& shape, const Pass& pass, const std::vector<uint16_t>& inputs) {
  const Convolution& conv = *shape.conv;
  const std::vector<int64_t> lines = stored_pixels(conv, pass.y_begin, pass.width);
  const std::vector<int64_t> columns = stored_pixels(conv, 0, pass.row_tokens);
  const int64_t group = pass.m_begin / (shape.M / conv.groups), of_group = conv.C / conv.groups;
  const int64_t end = std::min(pass.k_begin + pass.tile_inputs() / pass.taps, of_group);
  Length length;
  std::vector<uint16_t> stream;
  for (int64_t image = 0; image < pass.tokens / pass.row_tokens; ++image)
    for (int64_t channel = group * of_group + pass.k_begin; channel < group * of_group + end; ++channel) {
      const int64_t plane = ((pass.token_begin + image) * conv.C + channel) * conv.H;
      stream.clear();
      for (const int64_t y : lines)
        for (const int64_t x : columns)
          stream.push_back(inputs[static_cast<size_t>((plane + y) * conv.H + x)]);
      length.add(stream);
    }
  return length;
}

Length linear_outputs(const LayerShape& shape, const Pass& pass, const std::vector<uint16_t>& outputs) {
  std::vector<uint16_t> stream;
  for (int64_t token = pass.token_begin; token < pass.token_begin + int64_t{pass.width} * pass.tokens;
       ++token)
    for (int64_t m = pass.m_begin; m < pass.m_begin + pass.tile_outputs(); ++m)
      stream.push_back(outputs[static_cast<size_t>(token * shape.M + m)]);
  Length length;
  length.add(stream);
  return length;
}

Length convolution_outputs(const LayerShape& shape, const Pass& pass, const std::vector<uint16_t>& outputs) {
  const int64_t E = shape.conv->E();
  Length length;
  for (int64_t image = pass.token_begin; image < pass.token_begin + pass.tokens / pass.row_tokens; ++image)
    for (int64_t m = pass.m_begin; m < pass.m_begin + pass.tile_outputs(); ++m) {
      const auto first = outputs.begin() + ((image * shape.M + m) * E + pass.y_begin) * E;
      length.add({first, first + pass.width * E});
    }
  return length;
}

}  // namespace

Schedule with_coded_lengths(const Schedule& schedule, const LayerGeometry& geometry,
                            const FeatureMaps& maps) {
  const LayerShape& shape = schedule.shape;
  Schedule coded = schedule;
  coded.runs.clear();
  ScheduleBuilder builder(coded);
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) {
    Pass pass = cursor.pass();
    if (pass.loads_inputs) {
      const Length length =
          shape.conv ? convolution_inputs(shape, pass, maps.inputs) : linear_inputs(shape, pass, maps.inputs);
      const int64_t scales = int64_t{pass.tokens} * pass.width * geometry.scale_bits_of_token(pass);
      pass.load_bits = std::max<int64_t>(1, length.bits(geometry.input_bits)) + scales;
    }
    if (pass.output) {
      const Length length = shape.conv ? convolution_outputs(shape, pass, maps.outputs)
                                       : linear_outputs(shape, pass, maps.outputs);
      pass.store_bits = length.bits(16);
    }
    builder.add(pass);
  }
  return coded;
}

}  // namespace eyeshift
