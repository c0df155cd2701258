#include "traces/quantizers/uniform/rounding.h"

#include <algorithm>

#include "traces/quantizers/uniform/uniform_grid.h"
#include "traces/quantizers/uniform/uniform_layer.h"

namespace eyeshift {

Layer round_to_nearest(const LayerShape& shape, const Encoding& layout, const Eigen::MatrixXd& W,
                       double least_range) {
  const bool symmetric = layout.zero_bits == 0;
  UniformLayer layer(shape, layout);
  for (int64_t m = 0; m < shape.M; m += layout.group_rows) {
    for (int64_t k = 0; k < shape.K; k += layout.group_cols) {
      const auto group =
          W.block(m, k, std::min(layout.group_rows, shape.M - m), std::min(layout.group_cols, shape.K - k));
      const UniformGrid grid = fit_uniform_grid(group.minCoeff(), group.maxCoeff(), layout.bits, symmetric,
                                                layout.scale_bits, least_range);
      layer.set_grid(m / layout.group_rows, k / layout.group_cols, grid);
      for (int64_t j = 0; j < group.cols(); ++j)
        for (int64_t i = 0; i < group.rows(); ++i) layer.store(m + i, k + j, group(i, j), grid);
    }
  }
  return layer.finish();
}

}  // namespace eyeshift
