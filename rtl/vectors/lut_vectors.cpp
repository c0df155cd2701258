// Vectors of the look-up unit and its table: written word by word, then every key queried.

#include "models/pe/binary_weights.h"
#include "rtl/vectors/modules.h"
#include "rtl/vectors/one_pe.h"
#include "rtl/vectors/patterns.h"

namespace eyeshift::rtl {
namespace {

constexpr int kKeys = 256;

// Tables of any halves, queried by the unit with a partial sum of -0, which leaves every value as it is.
template <int kEntries>
void lut_table(Operands& operands, int count, VectorFile& file) {
  OnePe pe("lut", coded(Coding::binary, 1, 16, 0), 8);
  pe.values.lut_words = kEntries;
  const auto line = [&](bool write, uint64_t key, uint16_t entry, uint16_t value, bool known) {
    file.write({{write, 1}, {key, 8}, {entry, 16}}, {{value, 16, known}});
  };
  for (int written = 0; written < count; written += kEntries + kKeys) {
    for (uint64_t key = 0; key < kEntries; ++key) {
      pe.lut[key] = operands.finite_half();
      line(true, key, pe.lut[key], 0, false);
    }
    for (uint64_t i = 0; i < kKeys; ++i) {
      const uint64_t key = 167 * i % kKeys;
      pe.empty();
      pe.bring(Content::weights, {key}, 8);
      line(false, key, operands.half(), half_pattern(pe.execute(1, -0.0)), true);
    }
  }
}

// The steps of the look-up unit, each with operands that it does not use at random.
class LutSteps {
 public:
  LutSteps(Operands& operands, VectorFile& file) : operands_(operands), file_(file) {}

  // partial + x, or + 2 x; to the table where `key` is not negative, negated as `negate` says.
  void build(uint16_t partial, uint16_t x, bool twice, int key, bool negate, uint16_t next) {
    const bool write = key >= 0;
    const uint64_t address = write ? static_cast<uint64_t>(key) : operands_.bits(8);
    file_.write({{write, 1},
                 {negate, 1},
                 {twice, 1},
                 {0, 1},
                 {operands_.bits(1), 1},
                 {address, 8},
                 {operands_.bits(8), 8},
                 {x, 16},
                 {partial, 16},
                 {operands_.bits(32), 32}},
                {{next, 16}, {0, 32, false}});
  }
  void scale(uint16_t partial, uint16_t x, uint8_t term, uint16_t next) {
    file_.write({{0, 1},
                 {0, 1},
                 {0, 1},
                 {1, 1},
                 {operands_.bits(1), 1},
                 {operands_.bits(8), 8},
                 {term, 8},
                 {x, 16},
                 {partial, 16},
                 {operands_.bits(32), 32}},
                {{next, 16}, {0, 32, false}});
  }
  void query(uint64_t key, bool by_block, uint8_t term, uint32_t psum, uint32_t sum) {
    file_.write({{0, 1},
                 {0, 1},
                 {0, 1},
                 {0, 1},
                 {by_block, 1},
                 {key, 8},
                 {term, 8},
                 {operands_.bits(16), 16},
                 {operands_.bits(16), 16},
                 {psum, 32}},
                {{0, 16, false}, {sum, 32}});
  }

 private:
  Operands& operands_;
  VectorFile& file_;
};

// Builds the table of 8 inputs as the unit does: entry 0 by 7 adds, then one add an entry.
void build_table(OnePe& pe, int entries, LutSteps& steps) {
  pe.execute(0, 0);
  uint16_t partial = pe.x[0];
  for (size_t j = 1; j < 8; ++j) {
    const double sum = rounded<Accumulator::fp16>(half_value(partial) + half_value(pe.x[j]));
    const bool last = j == 7;
    const auto next =
        last && !std::isnan(sum) ? static_cast<uint16_t>(pe.lut[0] ^ 0x8000u) : half_pattern(sum);
    steps.build(partial, pe.x[j], false, last ? 0 : -1, last, next);
    partial = next;
  }
  for (int key = 1; key < entries; ++key) {
    size_t lowest = 0;
    while (((key >> lowest) & 1) == 0) ++lowest;
    steps.build(pe.lut[static_cast<size_t>(key & (key - 1))], pe.x[lowest], true, key, false,
                half_pattern(half_value(pe.lut[static_cast<size_t>(key)])));
  }
}

// Every key, with row-wise real scales (the value as it is) and block-wise ones (scaled by a term).
void query_all(OnePe& plain, OnePe& blocks, Operands& operands, LutSteps& steps) {
  blocks.lut = plain.lut;
  for (uint64_t key = 0; key < kKeys; ++key) {
    const uint8_t term = operands.term();
    uint32_t psum = operands.single();
    plain.empty();
    plain.bring(Content::weights, {key}, 8);
    steps.query(key, false, operands.term(), psum, single_pattern(plain.execute(1, single_value(psum))));
    blocks.empty();
    blocks.bring(Content::weights, {key}, 8);
    blocks.bring(Content::group_scales, {term}, 8);
    if (key % 2) psum = operands.single_near(single_pattern(half_value(plain.lut[key / 2])));
    steps.query(key, true, term, psum, single_pattern(blocks.execute(1, single_value(psum))));
  }
}

// Column-wise scales: alpha x, as the unit forms it before it builds a table.
void scale_input(Operands& operands, LutSteps& steps) {
  constexpr int kTerms = 3;
  OnePe columns("lut", powers_of_two(1, kTerms), 8);
  std::vector<uint64_t> terms;
  for (int t = 0; t < kTerms; ++t) terms.push_back(operands.term());
  columns.bring(Content::group_scales, terms, 8);
  const uint16_t x = operands.half();
  const float input = float_from_half(x);
  float alpha_x = 0;
  scale_inputs(columns.values, &input, 0, 8, 0, 0, &alpha_x);
  uint16_t partial = half_bits(-0.0);
  for (int t = 0; t < kTerms; ++t) {
    const auto term = static_cast<uint8_t>(terms[static_cast<size_t>(t)]);
    const double next = t + 1 < kTerms
                            ? rounded<Accumulator::fp16>(half_value(partial) + exponent_add(input, term))
                            : alpha_x;
    steps.scale(partial, x, term, half_pattern(next));
    partial = half_pattern(next);
  }
}

template <int kEntries>
void lut(Operands& operands, int count, VectorFile& file) {
  OnePe plain("lut", coded(Coding::binary, 1, 16, 0), 8), blocks("lut", powers_of_two(8, 1), 8);
  plain.values.lut_words = blocks.values.lut_words = kEntries;
  LutSteps steps(operands, file);
  for (int written = 0; written < count; written += kEntries + 2 * kKeys) {
    // Inputs of like magnitude; in every third table any, which makes infinities and NaNs.
    plain.x[0] = operands.half();
    const bool any = written / (kEntries + 2 * kKeys) % 3 == 2;
    for (size_t j = 1; j < 8; ++j) plain.x[j] = any ? operands.half() : operands.half_near(plain.x[0]);
    build_table(plain, kEntries, steps);
    query_all(plain, blocks, operands, steps);
    for (int i = 0; i < 16; ++i) scale_input(operands, steps);
  }
}

}  // namespace

std::vector<Module> lut_modules() {
  return {
      {"lut_table_256", 25, 16, lut_table<256>},
      {"lut_table_128", 25, 16, lut_table<128>},
      {"lut_table_256_latches", 25, 16, lut_table<256>},
      {"lut_table_128_latches", 25, 16, lut_table<128>},
      {"lut_256", 85, 48, lut<256>},
      {"lut_128", 85, 48, lut<128>},
  };
}

}  // namespace eyeshift::rtl
