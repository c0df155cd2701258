#include "base/errors.h"
#include "traces/quantizers/feedback/gptq_coding.h"
#include "traces/quantizers/uniform/uniform_layer.h"
#include "traces/quantizers/validation.h"

namespace eyeshift {
namespace {

constexpr int kMaxGroupIndexBits = 16;

class Gptq : public Quantizer {
 public:
  std::string_view summary() const override {
    return "GPTQ on a uniform grid, inputs in their own order unless told";
  }

  std::vector<std::string_view> options() const override {
    return {"act-order", "no-act-order", "group-size",     "static-groups",
            "axis",      "symmetric",    "no-compensation"};
  }

  bool uses_calibration() const override { return true; }

  Encoding encoding(const LayerShape& shape, const QuantizeOptions& options) const override {
    if (options.axis == Axis::input && options.static_groups)
      throw InputError("gptq: --static-groups is of groups of inputs: leave it or --axis input out");
    Encoding layout = uniform_encoding("gptq", shape, options, options.axis);
    if (grid_source(options, layout, shape) != GridSource::group_start || !act_order(options)) return layout;
    while (int64_t{1} << layout.group_index_bits < column_groups(layout, shape.K)) ++layout.group_index_bits;
    if (layout.group_index_bits > kMaxGroupIndexBits) {
      throw InputError("gptq: --act-order with --group-size " + std::to_string(options.group_size) +
                       " gives layer '" + shape.name + "' " + std::to_string(column_groups(layout, shape.K)) +
                       " groups; a group index ends at 65536: use larger groups");
    }
    return layout;
  }

  Layer quantize(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration,
                 const QuantizeOptions& options) const override {
    const Encoding layout = encoding(shape, options);
    check_weights(shape, W);
    return quantize_gptq(shape, layout, W, calibration, act_order(options), options.compensation,
                         grid_source(options, layout, shape), options.threads);
  }

 private:
  static bool act_order(const QuantizeOptions& options) {
    return options.act_order == QuantizeOptions::ActOrder::on;
  }

  static GridSource grid_source(const QuantizeOptions& options, const Encoding& layout,
                                const LayerShape& shape) {
    if (options.axis == Axis::input) return GridSource::column;
    const bool whole_row = layout.group_cols == shape.K;
    return whole_row || options.static_groups ? GridSource::original : GridSource::group_start;
  }
};

const Registration<Quantizer, Gptq> gptq_registration("gptq");

}  // namespace
}  // namespace eyeshift
