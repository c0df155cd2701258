#pragma once

#include <cstdint>
#include <vector>

#include "models/types/accelerator.h"
#include "models/types/schedule.h"
#include "traces/format/layer.h"

namespace eyeshift::testing {

// A layer's outputs [tokens, M], or of a convolution [images, M, E, E] (half-precision bits), as the machine
// must compute them, from the stored tensors, the inputs [tokens, K] or [images, C, H, H] (half-precision
// bits) and the order that the schedule's tiles impose: the inputs of a PE in turn, over as many passes as
// PEs keep their partial sums; then the chain from row 0 to the top, behind the partial sums of earlier
// tiles of the same group.
//
// It shares no code with models/ and dataflows/: of a schedule it reads only where the tiles lie and where
// partial sums stay in PEs, and decides itself where groups begin and end, what a code, a plane or a term
// means, and how each operation rounds. Throws std::logic_error where the tiles do not cover every output
// and input exactly once, inputs in ascending order.
std::vector<uint16_t> execute_reference(const Layer& layer, const std::vector<uint16_t>& inputs,
                                        const Schedule& schedule, const AcceleratorConfig& accelerator);

}  // namespace eyeshift::testing
