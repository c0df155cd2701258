#include "sim/published/estimate/published_energies.h"

#include "base/errors.h"

namespace eyeshift {
namespace {

constexpr double kWord_bits = 16;
constexpr double kShift_bits = (16 + 5) / 2;  // rounded down: 16-bit outputs and 5-bit shifts, halved
constexpr double kFloat_bits = 32;

// Of 16 bits. On chip: Eyeriss's ratios (global buffer 6, between PEs 2, register file 1) times a fp32
// multiplication; DRAM: the ratio itself, in picojoules.
constexpr double kDram_pJ = 200, kMultiplyFp32_pJ = 3.7;
constexpr double kGlb_pJ = 6 * kMultiplyFp32_pJ, kNoc_pJ = 2 * kMultiplyFp32_pJ, kPsum_pJ = kMultiplyFp32_pJ,
                 kRf_pJ = kMultiplyFp32_pJ, kRfWeight_pJ = 2 * kMultiplyFp32_pJ;

constexpr double kClock_Hz = 250e6;

double compute_pJ(OperationKind kind) {
  switch (kind) {
    case OperationKind::fully_connected:
    case OperationKind::elementwise_multiply:
      return 1.1;
    case OperationKind::shift:
      return 0.15;
    case OperationKind::add:
      return 0.4;
    case OperationKind::lut_query:
      return 0.37;
  }
  throw InternalError("no such operation");
}

}  // namespace

double published_word_bits(const Operation& operation) {
  return operation.kind == OperationKind::shift ? kShift_bits : operation.bits;
}

bool leaves_chip(OperationKind kind) {
  return kind == OperationKind::shift || kind == OperationKind::fully_connected;
}

PerLevel published_energies_pJ(const Operation& operation) {
  const double width = published_word_bits(operation) / kWord_bits;
  PerLevel pJ;
  pJ.compute = compute_pJ(operation.kind);
  pJ.noc.outputs = kPsum_pJ * width;
  pJ.rf = {kRf_pJ * width, kRfWeight_pJ * width, kRf_pJ * width};
  if (leaves_chip(operation.kind)) {
    pJ.dram = {kDram_pJ * width, kDram_pJ * width, kDram_pJ * width};
    pJ.glb = {kGlb_pJ * width, 0, kGlb_pJ * width};
    pJ.noc.inputs = pJ.noc.weights = kNoc_pJ * width;
  }
  return pJ;
}

TilingLimits published_limits(int bits) {
  const bool narrow = bits < kWord_bits;
  const int64_t memory = narrow ? 2 : 1, pes = narrow ? 4 : 1;
  return {16 * memory, 12 * memory, 960 * memory, 192 * pes, 65536 * memory};
}

double published_step_s(OperationKind kind) {
  return kind == OperationKind::shift ? kShift_bits / kFloat_bits / kClock_Hz : 1 / kClock_Hz;
}

}  // namespace eyeshift
