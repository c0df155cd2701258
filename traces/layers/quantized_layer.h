#pragma once

#include <Eigen/Core>
#include <functional>
#include <memory>

#include "traces/format/layer.h"
#include "traces/format/trace_file.h"
#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// quantizer.quantize(), its InputErrors naming the layer.
Layer quantize_named(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                     const Calibration& calibration, const QuantizeOptions& options);

// Quantizes W [M, K] and fills in what a quantizer does not know: the layer's shape, its errors on the
// calibration inputs, the time. Throws InputError as the quantizer does, InternalError where the layer's
// encoding is not the one that the quantizer announces.
Layer quantize_layer(const Quantizer& quantizer, const LayerShape& shape, const Eigen::MatrixXd& W,
                     const Calibration& calibration, const QuantizeOptions& options);

// Throws InputError naming the layer and the weight where one is beyond the range of half precision.
void check_half_precision(const Linear& linear);

// W [M, K] rounded to half precision, with its errors; throws as above.
Layer half_precision_layer(const LayerShape& shape, const Activations& W, const Calibration& calibration,
                           int threads);

// Gives a linear layer the weights that a coded layer stands for, which are decoded where they are used, and
// its arithmetic's rounding of the inputs. Throws InputError where the shapes differ.
void set_weights(Linear& linear, std::shared_ptr<const Layer> layer);

// Gives the layer with its tensors whenever it is called, from any thread.
using ReadLayer = std::function<std::shared_ptr<const Layer>()>;

// The same of a layer that is described without its tensors.
void set_weights(Linear& linear, const Layer& description, ReadLayer read);

// Gives a network the weights of a trace. Throws InputError where their layers differ in name or shape.
void apply_trace(Network& network, const Trace& trace);
// The same of a trace that stays in its file.
void apply_trace(Network& network, const std::shared_ptr<const TraceFile>& file);

}  // namespace eyeshift
