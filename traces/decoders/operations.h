#pragma once

#include <Eigen/Core>

#include "traces/format/attention_shape.h"
#include "traces/network/network.h"

namespace eyeshift {

// Each token normalised over its features, then scaled and, by layer_norm, shifted. layer_norm: to mean 0 and
// variance 1; rms_norm: to a mean square of 1 (Zhang & Sennrich, NeurIPS 2019).
struct Norm {
  NormKind kind = NormKind::layer_norm;
  Eigen::VectorXf weight;
  Eigen::VectorXf bias;   // of layer_norm
  float epsilon = 1e-5f;  // added to the variance or mean square

  Activations operator()(const Activations& inputs) const;
};

// Activation functions, elementwise and in place. silu: x / (1 + e^-x). gelu_tanh: the approximation of
// x Phi(x) by x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (Hendrycks & Gimpel, 2016), which
// configurations call gelu_new and gelu_pytorch_tanh.
void relu(Activations& values);
void silu(Activations& values);
void gelu_tanh(Activations& values);

// Rounds each token (a row) to int8 with a scale of its own, as traces/format/int8_inputs.h says.
void round_to_int8_per_token(Activations& inputs);

}  // namespace eyeshift
