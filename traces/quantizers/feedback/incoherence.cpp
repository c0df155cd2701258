#include "traces/quantizers/feedback/incoherence.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "base/numbers/half.h"
#include "traces/format/rotate.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr double kLeastDiagonal = 1e-8;  // of H / max |H| and of W^T W
constexpr double kIdentityShare = 0.01;

// Uniformly distributed orthogonal matrix [n, n], row-major: the Q of a Gaussian matrix, R's diagonal made
// positive. Normal numbers by Box and Muller, for the library's own differ between machines.
std::vector<float> random_orthogonal(int64_t n, std::mt19937_64& generator) {
  const auto uniform = [&] { return (static_cast<double>(generator() >> 11) + 0.5) * 0x1p-53; };
  Eigen::MatrixXd gaussian(n, n);
  for (double& entry : gaussian.reshaped())
    entry = std::sqrt(-2 * std::log(uniform())) * std::cos(2 * M_PI * uniform());
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
  const Eigen::MatrixXd Q = qr.householderQ();
  std::vector<float> entries;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      entries.push_back(round_to_half(static_cast<float>(qr.matrixQR()(j, j) < 0 ? -Q(i, j) : Q(i, j))));
  return entries;
}

// Uniformly distributed, by Fisher and Yates. A remainder of 64 bits is uneven by n 2^-64.
std::vector<int32_t> random_order(int64_t n, std::mt19937_64& generator) {
  std::vector<int32_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[generator() % left]);
  return order;
}

enum class Side : uint64_t { inputs, outputs };

Rotation random_rotation(int64_t n, uint64_t seed, Side side) {
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;  // spreads seeds and sizes over the generator's states
  std::mt19937_64 generator((seed * kGolden ^ static_cast<uint64_t>(n)) * kGolden ^
                            static_cast<uint64_t>(side));
  const auto [p, q] = rotation_factors(n);
  Rotation rotation;
  rotation.left = random_orthogonal(p, generator);
  rotation.right = random_orthogonal(q, generator);
  rotation.order = random_order(n, generator);
  return rotation;
}

// s in single precision, as stored.
Eigen::VectorXd balancing_scales(const Eigen::MatrixXd& W, const Eigen::MatrixXd& gram) {
  const double largest = gram.cwiseAbs().maxCoeff();
  Eigen::VectorXd s(W.cols());
  for (int64_t k = 0; k < s.size(); ++k) {
    const double of_inputs = std::max(gram(k, k) / (largest > 0 ? largest : 1), kLeastDiagonal);
    const double of_weights = std::max(W.col(k).squaredNorm(), kLeastDiagonal);
    s(k) = static_cast<float>(std::sqrt(std::sqrt(of_inputs / of_weights)));
  }
  return s;
}

}  // namespace

IncoherentLayer make_incoherent(const LayerShape& shape, const Eigen::MatrixXd& W,
                                const Calibration& calibration, uint64_t seed) {
  check_calibration(shape, calibration);
  IncoherentLayer out;
  out.rotate_inputs = random_rotation(shape.K, seed, Side::inputs);
  out.rotate_outputs = random_rotation(shape.M, seed, Side::outputs);
  const Eigen::VectorXd s = balancing_scales(W, calibration.gram);
  for (const double scale : s) out.input_scales.push_back(static_cast<float>(scale));

  const Eigen::MatrixXd scaled = W * s.asDiagonal();
  out.W = rotate(out.rotate_outputs, rotate(out.rotate_inputs, scaled.transpose()).transpose());

  const Eigen::VectorXd inverse = s.cwiseInverse();
  Eigen::MatrixXd H = inverse.asDiagonal() * calibration.gram * inverse.asDiagonal();
  if (const double trace = H.trace(); trace > 0) H *= static_cast<double>(shape.K) / trace;
  H.diagonal().array() += kIdentityShare;
  H = rotate(out.rotate_inputs, rotate(out.rotate_inputs, H).transpose());
  // GPTQ's H is 2 / tokens X X^T.
  out.calibration.gram = (H + H.transpose()) * (static_cast<double>(calibration.tokens) / 4);
  out.calibration.tokens = calibration.tokens;
  return out;
}

Layer with_rotations(Layer layer, const IncoherentLayer& incoherent) {
  layer.encoding.inputs = InputForm::rotated;
  layer.input_scales = incoherent.input_scales;
  layer.rotate_inputs = incoherent.rotate_inputs;
  layer.rotate_outputs = incoherent.rotate_outputs;
  return layer;
}

}  // namespace eyeshift
