#pragma once

#include <cstdint>

#include "models/types/action_counts.h"

namespace eyeshift {

// Eyeriss's mapping parameters (Chen et al., JSSC 2017, Table III) of a linear layer (R = E = 1)
// or a convolution.
struct Mapping {
  int64_t m = 0;  // outputs whose partial sums stay in the global buffer
  int64_t n = 0;  // tokens processed while they do
  int64_t e = 1;  // width of a PE set: columns of an output map; of a linear layer the
                  // tokens that output-stationary spreads over columns, else 1
  int64_t p = 0;  // outputs of a PE
  int64_t q = 0;  // inputs of a PE
  int64_t r = 0;  // PE sets that split the inputs: rows of the array
  int64_t t = 0;  // PE sets that split the outputs: columns of the array

  bool operator==(const Mapping& o) const {
    return m == o.m && n == o.n && e == o.e && p == o.p && q == o.q && r == o.r && t == o.t;
  }
};

// What a dataflow expects of a mapping: enough to choose among mappings, never what is reported.
struct MappingEstimate {
  Mapping mapping;
  int64_t cycles = 0;  // core cycles, the largest of compute, networks and DRAM
  ActionCounts actions;
};

}  // namespace eyeshift
