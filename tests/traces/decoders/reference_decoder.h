#pragma once

#include <string>
#include <vector>

#include "tests/traces/decoders/tiny_checkpoint.h"

namespace eyeshift::testing {

using Rows = std::vector<std::vector<double>>;  // [tokens][features]

// What is between two stages of layers.
struct ReferenceState {
  Rows hidden, inputs;
};

// A decoder of any family, by its published equations in double precision, one number after the other. Shares
// nothing with the code under test.
struct ReferenceRun {
  std::vector<ReferenceState> states;  // before each stage, the head's included
  Rows logits;
};
ReferenceRun run_reference(const TinyCheckpoint& checkpoint, const Tokens& tokens);

// ALiBi's slopes as its paper's code makes them: by recursion where heads are no power of two.
std::vector<double> reference_slopes(size_t heads);

}  // namespace eyeshift::testing
