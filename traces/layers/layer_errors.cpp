#include "traces/layers/layer_errors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/integers.h"
#include "base/parallel.h"
#include "traces/quantizers/decoded_matrix.h"

namespace eyeshift {
namespace {

struct Errors {
  double output = 0, weights = 0;  // squared
  double outputs = 0;              // |W X|^2

  // NaN where it is not defined, also where squares exceed double precision.
  double relative_output() const {
    if (output == 0 && outputs == 0) return 0;
    const bool is_defined = outputs > 0 && std::isfinite(outputs);
    return is_defined ? output / outputs : std::numeric_limits<double>::quiet_NaN();
  }
};

template <typename Matrix>
Errors errors_of(const Layer& layer, const Matrix& W, const Eigen::MatrixXd& gram, int threads) {
  constexpr int64_t kTileRows = 128;
  const std::vector<float> decoded = decode(layer);
  const Eigen::Map<const Activations> Wq(decoded.data(), layer.shape.M, layer.shape.K);
  std::vector<Errors> tiles(static_cast<size_t>(divide_up(layer.shape.M, kTileRows)));
  parallel_for(tiles.size(), threads, [&](size_t tile) {
    const int64_t first = static_cast<int64_t>(tile) * kTileRows;
    const int64_t rows = std::min(kTileRows, layer.shape.M - first);
    const Eigen::MatrixXd weights = W.middleRows(first, rows).template cast<double>();
    const Eigen::MatrixXd difference = weights - Wq.middleRows(first, rows).cast<double>();
    tiles[tile] = {squared_output(difference, gram), difference.squaredNorm(), squared_output(weights, gram)};
  });
  Errors sum;
  for (const Errors& tile : tiles) {
    sum.output += tile.output;
    sum.weights += tile.weights;
    sum.outputs += tile.outputs;
  }
  return sum;
}

template <typename Matrix>
void measure(Layer& layer, const Matrix& W, const Eigen::MatrixXd& gram, int threads) {
  const Errors errors = errors_of(layer, W, gram, threads);
  layer.rel_out = errors.relative_output();
  layer.w_err = errors.weights;
}

}  // namespace

void measure_errors(Layer& layer, const Eigen::MatrixXd& W, const Eigen::MatrixXd& gram, int threads) {
  measure(layer, W, gram, threads);
}

void measure_errors(Layer& layer, const Activations& W, const Eigen::MatrixXd& gram, int threads) {
  measure(layer, W, gram, threads);
}

double relative_output_error(const Layer& layer, const Eigen::MatrixXd& W, const Eigen::MatrixXd& gram) {
  return errors_of(layer, W, gram, 1).relative_output();
}

}  // namespace eyeshift
