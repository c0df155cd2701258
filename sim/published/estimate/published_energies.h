#pragma once

#include "sim/published/estimate/operation.h"

namespace eyeshift {

// What the estimator released with ShiftAddLLM assumes of its machine (energy/hw_utils.py of
// GATECH-EIC/ShiftAddLLM): a row-stationary array of 192 PEs at 250 MHz.

// Picojoules of one operation, and of one word at each level; a word has the operation's width, but 10 bits
// for shifts. Additions, look-ups and elementwise products never leave the chip: no DRAM, global buffer and
// networks but those of partial sums.
PerLevel published_energies_pJ(const Operation& operation);

// Bits of a word, and whether operands come from and go to DRAM.
double published_word_bits(const Operation& operation);
bool leaves_chip(OperationKind kind);

// Sizes in words of the operation's width: below 16 bits memories hold twice and PEs do four times as much.
TilingLimits published_limits(int bits);

// Seconds of one step.
double published_step_s(OperationKind kind);

}  // namespace eyeshift
