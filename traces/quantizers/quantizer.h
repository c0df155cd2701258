#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "traces/format/layer.h"

namespace eyeshift {

enum class Axis { output, input };

// What bits cost, by layer and number of bits, in a unit of their own: energy or time on a machine.
using BitCosts = std::map<std::string, std::map<int, double>>;

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
  bool clip = false;         // AWQ's search of clipping limits
  bool incoherence = false;  // ShiftAddLLM in QuIP's rotated form
  Axis axis = Axis::output;
  double average_bits = 0;      // of mixed bits; 0: `bits`
  bool bits_per_layer = false;  // their average counts every layer once, not every weight
  BitCosts bit_costs;           // not empty: the sum of costs is at most `budget`, instead of the average
  double budget = 0;
  bool measured_errors = false;  // bits are assigned by measured errors, not by those fitted to the criterion
  int scale_bits = 16;  // 16: scales are rounded to half precision before codes are chosen; 32: to single
  uint64_t seed = 0;
  int threads = 1;  // that quantizing a layer may use (0: one a processor); they do not change the result
};

// What a quantizer knows of a layer's inputs X [K, tokens] and of its place in the network.
struct Calibration {
  Eigen::MatrixXd gram = {};  // X X^T [K, K]
  int64_t tokens = 0;
  Eigen::VectorXd mean_magnitude = {};  // mean |x| by input [K]
  // The squared error that weights Wq [M, K] instead of W cause where the layer's effect is compared; empty:
  // in the layer's own outputs, |W X - Wq X|^2.
  std::function<double(const Eigen::MatrixXd& Wq)> output_error = {};
  // What the inputs are divided by, where layers with the same inputs must agree on it [K]; empty: the
  // quantizer chooses.
  Eigen::VectorXd input_scales = {};
  int64_t sequences = 0;  // that the tokens come in; 0: each is one
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

  // Whether quantize() may choose another group layout than encoding() says, by the weights and inputs.
  virtual bool chooses_layout() const { return false; }

  // Whether quantize() reads Calibration::output_error where it is given.
  virtual bool compares_outputs() const { return false; }

  // Whether every layer takes bits of its own, which are assigned beforehand: then QuantizeOptions' average
  // of bits counts, and bits are a layer's.
  virtual bool assigns_bits() const { return false; }

  // What the inputs of layers that share them are to be divided by [K], given all their weights W [sum of M,
  // K], for Calibration::input_scales; empty for schemes that take inputs as they are.
  virtual Eigen::VectorXd shared_input_scales(const Eigen::MatrixXd&, const Calibration&,
                                              const QuantizeOptions&) const {
    return {};
  }

  // Quantizes W [M, K]. The result's tensors decode to the quantized weights exactly. Throws InputError as
  // above.
  virtual Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                         const QuantizeOptions& options) const = 0;
};

}  // namespace eyeshift
