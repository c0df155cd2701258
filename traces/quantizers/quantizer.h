#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "configs/reader/registry.h"
#include "traces/format/layer.h"

namespace eyeshift {

enum class Axis { output, input };

// What the command line's options say; a quantizer reads those that concern it.
struct QuantizeOptions {
  int bits = 3;
  int64_t group_size = 0;  // weights that share a scale along the scheme's axis; 0: the whole row (or column)
  enum class ActOrder { scheme_default, on, off } act_order = ActOrder::scheme_default;
  bool static_groups = false;  // GPTQ's groups are of adjacent inputs, their grids from the original weights
  bool compensation = true;    // GPTQ's error feedback
  int cycles = 0;              // alternating rounds of BCQ; 0: the scheme's default
  int pot_terms = 3;           // T
  bool real_scales = false;    // keep BCQ's scales real instead of sums of powers of two
  bool symmetric = false;
  Axis axis = Axis::output;
  int scale_bits = 16;  // 16: scales are rounded to half precision before codes are chosen; 32: to single
  uint64_t seed = 0;
};

// What a quantizer knows of a layer's inputs X [K, tokens].
struct Calibration {
  Eigen::MatrixXd gram;  // X X^T [K, K]
  int64_t tokens = 0;
};

// A quantization scheme. Stateless; registers itself under its name with Registration<Quantizer, ...>.
class Quantizer {
 public:
  virtual ~Quantizer() = default;

  // One line for --help.
  virtual std::string_view summary() const = 0;

  // Whether quantize() reads its Calibration; where not, an empty one will do.
  virtual bool uses_calibration() const { return false; }

  // The options of the command line that the scheme reads besides --bits and --scale-type, without dashes.
  virtual std::vector<std::string_view> options() const { return {}; }

  // The width of its codes where it does not follow --bits.
  virtual std::optional<int> fixed_bits() const { return std::nullopt; }

  // The encoding that the scheme gives a layer of this shape, without quantizing. Throws InputError where
  // options are outside the scheme's range, naming the option, its value and what is allowed.
  virtual Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const = 0;

  // Quantizes W [M, K]. The result's tensors decode to the quantized weights exactly. Throws InputError as
  // above.
  virtual Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                         const QuantizeOptions& options) const = 0;
};

}  // namespace eyeshift
