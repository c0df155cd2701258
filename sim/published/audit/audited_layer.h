#pragma once

#include <array>
#include <string>

#include "models/types/mapping.h"
#include "sim/published/audit/audit_counts.h"
#include "sim/published/estimate/estimator.h"
#include "traces/format/layer.h"

namespace eyeshift {

// What the published accounting leaves out or charges otherwise, one switch each, in the order in which the
// audit turns them on. docs/audit.md says what each changes.
enum class AuditStep {
  arithmetic,      // operations' energies from the table
  weight_traffic,  // weights move at their stored bits, scales among them
  widths,          // inputs, partial sums and outputs move at their own widths, through the layer as a whole
  dequantization,  // codes are turned into operands, sums are scaled
  terms,           // a scale is T terms; a row's real scale is applied once
  additions,       // an addition a plane, with its partial sum as only memory access
  tables,          // look-up tables are built in every PE that uses them, written and read; with adders
                   // in their place a key is 8 additions
  on_chip,         // memories' and networks' energies from the table
  mapping,         // the machine's mapping, every fill and drain
};
inline constexpr size_t kAuditSteps = 9;

// "weight-traffic"; and what the step does, in a few words.
std::string name_of(AuditStep step);
std::string meaning_of(AuditStep step);

// The switches that are on.
class AuditSwitches {
 public:
  bool operator[](AuditStep step) const { return on_[static_cast<size_t>(step)]; }
  void turn_on(AuditStep step) { on_[static_cast<size_t>(step)] = true; }

 private:
  std::array<bool, kAuditSteps> on_{};
};

// A layer as the published estimator sees it, and as the machine runs it.
struct AuditedLayer {
  LayerShape shape;
  std::string scheme;  // the estimator's: fp16, optq, lut-gemm, shiftaddllm
  int bits = 16;
  bool has_bias = false, is_gate = false;
  int64_t tokens = 1;
  std::string unit;   // the machine's
  Encoding encoding;  // likewise
  Mapping mapping;    // likewise
};

// Counts of one layer. With no switch they are those of the estimator's operations; with all of them those of
// the machine in the row-stationary dataflow, but for rounding to bursts and to equal tiles.
AuditCounts audited_counts(const AuditedLayer& layer, const AuditSwitches& on,
                           const AcceleratorConfig& accelerator, Estimator& estimator);

}  // namespace eyeshift
