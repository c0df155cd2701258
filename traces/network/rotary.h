#pragma once

#include <cstdint>
#include <vector>

#include "traces/network/model_config.h"
#include "traces/network/network.h"

namespace eyeshift {

// Rotary position embedding (Su et al., 2021), as transformers pairs a head's values: the i-th with the one
// half a head after it, turned by the position times the i-th of head_dim / 2 frequencies.
class Rotary {
 public:
  explicit Rotary(Eigen::RowVectorXf frequencies) : frequencies_(std::move(frequencies)) {}

  // Turns every head of heads [tokens, any number x head_dim], the tokens being at positions 0, 1, ...
  void turn(Activations& heads) const;

 private:
  Eigen::RowVectorXf frequencies_;  // radians a position
};

// theta^(-2 i / head_dim), i = 0 ... head_dim / 2 - 1.
Eigen::RowVectorXf rotary_frequencies(int64_t head_dim, double theta);

// How LLaMA 3.1 stretches the context: wavelengths above original_positions / low_factor grow by factor,
// those below original_positions / high_factor stay, frequencies between are interpolated.
struct Llama3Scaling {
  double factor = 1, low_factor = 1, high_factor = 4;
  int64_t original_positions = 8192;
};
Eigen::RowVectorXf scaled(const Eigen::RowVectorXf& frequencies, const Llama3Scaling& scaling);

// The rotation that a configuration asks for, in rope_parameters or in rope_theta (10000) and rope_scaling,
// of rope_type default, linear or llama3. Throws InputError for other types, for odd head_dim and for factors
// that do not fit one another.
Rotary read_rotary(const ModelConfig& config, int64_t head_dim);

}  // namespace eyeshift
