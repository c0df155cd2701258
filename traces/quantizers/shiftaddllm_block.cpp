#include <sstream>

#include "configs/reader/errors.h"
#include "traces/format/integers.h"
#include "traces/quantizers/shiftaddllm.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int64_t kBlockColumns = 8;
constexpr int64_t kRowGroups = 8;

// ShiftAddLLM's block-wise ("Lat.") scheme: scales are shared by 8 inputs and an eighth of the outputs.
class ShiftAddLlmBlock : public Quantizer {
 public:
  std::string_view summary() const override {
    return "ShiftAddLLM, block-wise power-of-two scales; act-order, 50 cycles and 3 terms unless told";
  }

  std::vector<std::string_view> options() const override { return shiftaddllm_options(); }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    check_shape(shape);
    return shiftaddllm_encoding("shiftaddllm-block", options, group_rows(shape, options.group_size),
                                kBlockColumns);
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    return quantize_shiftaddllm(shape, encoding(shape, options), W, calibration, options);
  }

 private:
  // A group of group_size weights is 8 columns of group_size / 8 rows; by default a row group is an eighth of
  // the rows.
  static int64_t group_rows(const LayerShape& shape, int64_t group_size) {
    if (group_size == 0) return divide_up(shape.M, kRowGroups);
    if (group_size > 0 && group_size % kBlockColumns == 0 && shape.M % (group_size / kBlockColumns) == 0) {
      return group_size / kBlockColumns;
    }
    std::ostringstream message;
    message << "layer '" << shape.name << "': --group-size is " << group_size
            << "; shiftaddllm-block shares scales among 8 inputs and group size / 8 outputs: it must be a "
               "multiple of 8 "
            << "whose eighth divides M = " << shape.M;
    throw InputError(message.str());
  }
};

const Registration<Quantizer, ShiftAddLlmBlock> registration("shiftaddllm-block");

}  // namespace
}  // namespace eyeshift
