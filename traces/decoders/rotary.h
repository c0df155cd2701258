#pragma once

#include <cstdint>
#include <utility>

#include "traces/decoders/model_config.h"
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

// The rotation that a configuration asks for, in rope_parameters or in rope_scaling, and in rope_theta
// (10000), in there or beside it: of frequency theta^(-2 i / head_dim), i = 0 ... head_dim / 2 - 1, and
// rope_type default, linear (divided by factor) or llama3 (divided by factor where
// original_max_position_embeddings hold fewer than low_freq_factor periods, left where more than
// high_freq_factor, interpolated between). Throws InputError for other types, for an odd head_dim and for
// factors that do not fit one another.
Rotary read_rotary(const ModelConfig& config, int64_t head_dim);

}  // namespace eyeshift
