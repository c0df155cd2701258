#include "tests/models/reference/exact_product.h"

#include <Eigen/Core>
#include <cmath>

namespace eyeshift::testing {
namespace {

std::vector<int64_t> integers(const std::vector<float>& values) {
  std::vector<int64_t> all;
  for (const float value : values) all.push_back(std::lround(value));
  return all;
}

std::vector<int64_t> integers(const std::vector<uint16_t>& halves) {
  std::vector<int64_t> all;
  for (const uint16_t half : halves)
    all.push_back(std::lround(static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(half))));
  return all;
}

std::vector<int64_t> convolution(const Convolution& conv, int64_t M, const std::vector<int64_t>& weights,
                                 const std::vector<int64_t>& inputs, int64_t images) {
  const int64_t E = conv.E(), R = conv.R, H = conv.H, channels = conv.C / conv.groups;
  std::vector<int64_t> y;
  for (int64_t image = 0; image < images; ++image)
    for (int64_t m = 0; m < M; ++m)
      for (int64_t row = 0; row < E; ++row)
        for (int64_t col = 0; col < E; ++col) {
          int64_t sum = 0;
          for (int64_t c = 0; c < channels; ++c)
            for (int64_t i = 0; i < R; ++i)
              for (int64_t j = 0; j < R; ++j) {
                const int64_t h = row * conv.stride + i - conv.pad, w = col * conv.stride + j - conv.pad;
                if (h < 0 || w < 0 || h >= H || w >= H) continue;
                const int64_t channel = m / (M / conv.groups) * channels + c;
                sum += weights[static_cast<size_t>(((m * channels + c) * R + i) * R + j)] *
                       inputs[static_cast<size_t>(((image * conv.C + channel) * H + h) * H + w)];
              }
          y.push_back(sum);
        }
  return y;
}

}  // namespace

std::vector<int64_t> exact_product(const Layer& layer, const std::vector<uint16_t>& inputs, int64_t tokens) {
  const std::vector<int64_t> weights = integers(decode(layer)), x = integers(inputs);
  const auto& [K, M] = std::pair(layer.shape.K, layer.shape.M);
  if (layer.shape.conv) return convolution(*layer.shape.conv, M, weights, x, tokens);
  std::vector<int64_t> y;
  for (int64_t token = 0; token < tokens; ++token)
    for (int64_t m = 0; m < M; ++m) {
      int64_t sum = 0;
      for (int64_t k = 0; k < K; ++k)
        sum += weights[static_cast<size_t>(m * K + k)] * x[static_cast<size_t>(token * K + k)];
      y.push_back(sum);
    }
  return y;
}

}  // namespace eyeshift::testing
