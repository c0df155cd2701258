#pragma once

#include <Eigen/Core>
#include <memory>

#include "traces/format/layer.h"
#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// Quantizes W [M, K] and fills in what a quantizer does not know: the layer's shape, its errors on the
// calibration inputs, the time. Throws InputError as the quantizer does, InternalError where the layer's
// encoding is not the one that the quantizer announces.
Layer quantize_layer(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                     const Calibration& calibration, const QuantizeOptions& options);

// W rounded to half precision; beyond its range an InputError that names the layer.
Layer half_precision_layer(const LayerShape& shape, const Eigen::MatrixXd& W, const Calibration& calibration);

// |W X - Wq X|^2 / |W X|^2, given X X^T; 0 where both are 0, NaN where only |W X| is.
double output_error(const Eigen::MatrixXd& W, const Eigen::MatrixXd& Wq, const Eigen::MatrixXd& gram);

// Gives a linear layer the weights that a coded layer stands for, which are decoded where they are used, and
// its arithmetic's rounding of the inputs. Throws InputError where the shapes differ.
void set_weights(Linear& linear, std::shared_ptr<const Layer> layer);

// Gives a network the weights of a trace. Throws InputError where their layers differ in name or shape.
void apply_trace(Network& network, const Trace& trace);

}  // namespace eyeshift
