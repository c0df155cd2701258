#include "traces/quantizers/binary/binary_coding.h"

#include <vector>

#include "base/errors.h"
#include "traces/quantizers/binary/binary_fit.h"
#include "traces/quantizers/binary/binary_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kKeyWeights = 8;

}  // namespace

Encoding binary_encoding(const std::string& scheme, const LayerShape& shape, const QuantizeOptions& options) {
  check_range(scheme, "--bits", options.bits, 1, kMaxPlanes);
  check_scale_bits(options.scale_bits);
  Encoding encoding;
  encoding.scheme = scheme;
  encoding.coding = Coding::binary;
  encoding.bits = options.bits;
  encoding.scale_bits = options.scale_bits;
  if (options.axis == Axis::input) {
    encoding.group_rows = checked_group(shape, options.group_size, shape.M, "M");
    return encoding;
  }
  encoding.group_cols = checked_group(shape, options.group_size, shape.K, "K");
  if (encoding.group_cols < shape.K && encoding.group_cols % kKeyWeights != 0) {
    throw InputError(scheme + ": --group-size is " + std::to_string(options.group_size) +
                     "; it must be a multiple of 8, so that the 8 weights of a key share their scales");
  }
  return encoding;
}

Layer code_in_planes(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W, int cycles) {
  const BinaryFit fit{layout.bits, cycles, 0};
  BinaryLayer layer(shape, layout);
  std::vector<double> values;
  for (int64_t m = 0; m < shape.M; m += layout.group_rows) {
    for (int64_t k = 0; k < shape.K; k += layout.group_cols) {
      const auto group = W.block(m, k, layout.group_rows, layout.group_cols);
      values.resize(static_cast<size_t>(group.size()));
      Eigen::Map<Eigen::VectorXd>(values.data(), group.size()) = group.reshaped();
      const BinaryLevels levels =
          layer.set_scales(m / layout.group_rows, k / layout.group_cols, fit_plane_scales(values, fit));
      for (int64_t j = 0; j < layout.group_cols; ++j) {
        for (int64_t i = 0; i < layout.group_rows; ++i) {
          if (cycles == 0)
            layer.store_greedy(m + i, k + j, group(i, j), levels);
          else
            layer.store(m + i, k + j, group(i, j), levels);
        }
      }
    }
  }
  return layer.finish();
}

}  // namespace eyeshift
