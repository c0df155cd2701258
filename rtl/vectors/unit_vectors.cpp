// Vectors of what a PE computes with, from the units' own execute() and finish().

#include "models/pe/binary_weights.h"
#include "rtl/vectors/modules.h"
#include "rtl/vectors/one_pe.h"
#include "rtl/vectors/patterns.h"

namespace eyeshift::rtl {
namespace {

constexpr int kTerms = 3;

// A partial sum about as large as what is added to it, or any.
uint32_t psum_near(double addend, Operands& operands) {
  return operands.one_in(2) ? operands.single_near(single_pattern(addend)) : operands.single();
}

void mac_fp16(Operands& operands, int count, VectorFile& file) {
  OnePe pe("mac-fp16", coded(Coding::fp16, 16, 0, 0), 1);
  const auto line = [&](uint16_t x, uint16_t weight, uint32_t psum) {
    pe.x[0] = x;
    pe.empty();
    pe.bring(Content::weights, {weight}, 16);
    file.write({{x, 16}, {weight, 16}, {psum, 32}},
               {{single_pattern(pe.execute(0, single_value(psum))), 32}});
  };
  for (const uint16_t x : corner_halves())
    for (const uint16_t weight : corner_halves())
      line(x, weight, corner_singles()[static_cast<size_t>(operands.below(42))]);
  for (int i = 0; i < count; ++i) {
    const uint16_t x = operands.half(), weight = operands.half();
    line(x, weight, psum_near(half_value(x) * half_value(weight), operands));
  }
}

void mac_fp16_accumulator_fp16(Operands& operands, int count, VectorFile& file) {
  OnePe pe("mac-fp16", coded(Coding::fp16, 16, 0, 0), 1);
  pe.values.accumulator = Accumulator::fp16;
  for (int i = 0; i < count; ++i) {
    pe.x[0] = operands.half();
    const uint16_t weight = operands.half();
    const uint16_t product = half_pattern(half_value(pe.x[0]) * half_value(weight));
    const uint16_t psum = i % 2 ? operands.half_near(product) : operands.half();
    pe.empty();
    pe.bring(Content::weights, {weight}, 16);
    file.write({{pe.x[0], 16}, {weight, 16}, {psum, 16}},
               {{half_pattern(pe.execute(0, half_value(psum))), 16}});
  }
}

// Sums that leave 32 bits are not compared: the unit's do not wrap.
void mac_int8(Operands& operands, int count, VectorFile& file) {
  OnePe pe("mac-int8", coded(Coding::int8, 8, 16, 0), 1);
  const auto line = [&](uint64_t x, uint64_t weight, int32_t psum) {
    pe.x[0] = static_cast<uint16_t>(x);
    pe.empty();
    pe.bring(Content::weights, {weight}, 8);
    const double sum = pe.execute(0, psum);
    const bool fits = sum >= INT32_MIN && sum <= INT32_MAX;
    file.write({{x, 8}, {weight, 8}, {static_cast<uint32_t>(psum), 32}},
               {{static_cast<uint32_t>(static_cast<int64_t>(sum)), 32, fits}});
  };
  const uint64_t corners[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xff};
  for (const uint64_t x : corners)
    for (const uint64_t weight : corners)
      for (const int32_t psum : {0, 1, -1, INT32_MAX, INT32_MIN, INT32_MAX - 16384}) line(x, weight, psum);
  for (int i = 0; i < count; ++i) {
    const uint64_t x = operands.bits(8), weight = operands.bits(8);
    const int32_t psum = static_cast<int32_t>(operands.bits(32)) >> operands.below(32);
    line(x, weight, psum);
  }
}

// mac-int8's finish with scales of 1: the conversion to single precision.
void int32_to_fp32(Operands& operands, int count, VectorFile& file) {
  OnePe pe("mac-int8", coded(Coding::int8, 8, 16, 0), 1);
  pe.bring(Content::row_scales, {half_bits(1)}, 16);
  const auto line = [&](int32_t value) {
    file.write({{static_cast<uint32_t>(value), 32}}, {{single_pattern(pe.finish(value)), 32}});
  };
  for (const int32_t value : {0, 1, -1, 2, -2, INT32_MAX, INT32_MIN, INT32_MIN + 1}) line(value);
  for (const int32_t value : {1 << 24, (1 << 24) + 1, (1 << 24) + 3, (1 << 25) + 2, (1 << 25) + 6}) {
    line(value);
    line(-value);
  }
  for (int i = 0; i < count; ++i) line(static_cast<int32_t>(operands.bits(32)) >> operands.below(32));
}

Encoding uniform_8_bits() { return coded(Coding::uniform, 8, 16, 8); }

// Every code and zero point that differ in the lowest 4 bits or are random, as the weight by which the unit
// multiplies 1.
void dequantizer(Operands& operands, int count, VectorFile& file) {
  OnePe pe("dequant-mac", uniform_8_bits(), 1);
  pe.x[0] = half_bits(1);
  const auto line = [&](uint64_t code, uint64_t zero) {
    pe.empty();
    pe.bring(Content::weights, {code}, 8);
    pe.bring(Content::zeros, {zero}, 8);
    file.write({{code, 8}, {zero, 8}}, {{half_pattern(pe.execute(0, -0.0)), 16}});
  };
  for (uint64_t code = 0; code < 256; ++code)
    for (const uint64_t zero : {uint64_t{0}, uint64_t{1}, uint64_t{128}, uint64_t{255}, code})
      line(code, zero);
  for (int i = 0; i < count; ++i) {
    const uint64_t code = operands.bits(8);
    line(code, operands.bits(8));
  }
}

void dequant_mac(Operands& operands, int count, VectorFile& file) {
  OnePe pe("dequant-mac", uniform_8_bits(), 1);
  const auto line = [&](uint16_t x, uint64_t code, uint64_t zero) {
    pe.x[0] = x;
    pe.empty();
    pe.bring(Content::weights, {code}, 8);
    pe.bring(Content::zeros, {zero}, 8);
    const double product = half_value(x) * (static_cast<double>(code) - static_cast<double>(zero));
    const uint32_t psum = psum_near(product, operands);
    file.write({{x, 16}, {code, 8}, {zero, 8}, {psum, 32}},
               {{single_pattern(pe.execute(0, single_value(psum))), 32}});
  };
  for (const uint16_t x : corner_halves())
    for (const uint64_t code : {0, 1, 127, 255})
      for (const uint64_t zero : {0, 1, 128, 255}) line(x, code, zero);
  for (int i = 0; i < count; ++i) {
    const uint16_t x = operands.half();
    const uint64_t code = operands.bits(8);
    line(x, code, operands.bits(8));
  }
}

// One step of the shift-add unit; of its two results one may be of no concern.
struct ShiftAddStep {
  bool by_block, positive;
  uint16_t x, scalable;
  uint8_t term;
  uint16_t partial;
  uint32_t psum;
};
void write_step(const ShiftAddStep& s, Field partial, Field sum, VectorFile& file) {
  file.write({{s.by_block, 1},
              {s.positive, 1},
              {s.x, 16},
              {s.scalable, 16},
              {s.term, 8},
              {s.partial, 16},
              {s.psum, 32}},
             {partial, sum});
}
void write_partial(const ShiftAddStep& s, uint16_t next_partial, VectorFile& file) {
  write_step(s, {next_partial, 16}, {0, 32, false}, file);
}
void write_sum(const ShiftAddStep& s, uint32_t sum, VectorFile& file) {
  write_step(s, {0, 16, false}, {sum, 32}, file);
}

std::vector<uint64_t> random_terms(Operands& operands) {
  std::vector<uint64_t> terms;
  for (int i = 0; i < kTerms; ++i) terms.push_back(operands.term());
  return terms;
}

// A key: 8 adds or subtracts, then T exponent adds and T accumulations, whose last result is the unit's.
void shift_add_block(Operands& operands, VectorFile& file) {
  OnePe pe("shift-add", powers_of_two(8, kTerms), 8);
  const uint64_t key = operands.bits(8);
  const std::vector<uint64_t> terms = random_terms(operands);
  pe.x[0] = operands.half();
  for (size_t j = 1; j < 8; ++j) pe.x[j] = operands.half_near(pe.x[0]);
  pe.bring(Content::weights, {key}, 8);
  pe.bring(Content::group_scales, terms, 8);
  uint16_t partial = 0;
  for (size_t j = 0; j < 8; ++j) {
    const bool positive = (key >> j) & 1u;
    const double x = half_value(pe.x[j]);
    const uint16_t next = half_pattern(rounded<Accumulator::fp16>(half_value(partial) + (positive ? x : -x)));
    write_partial({true, positive, pe.x[j], operands.half(), operands.term(), partial, operands.single()},
                  next, file);
    partial = next;
  }
  uint32_t psum = psum_near(half_value(partial), operands);
  const uint32_t last = single_pattern(pe.execute(0, single_value(psum)));
  for (int t = 0; t < kTerms; ++t) {
    const auto term = static_cast<uint8_t>(terms[static_cast<size_t>(t)]);
    const double next =
        rounded<Accumulator::fp32>(single_value(psum) + exponent_add(float_from_half(partial), term));
    const uint32_t sum = t + 1 < kTerms ? single_pattern(next) : last;
    write_sum({true, operands.one_in(2), operands.half(), partial, term, operands.half(), psum}, sum, file);
    psum = sum;
  }
}

// An input: T exponent adds and T - 1 adds, then an accumulation, whose result is the unit's.
void shift_add_column(Operands& operands, VectorFile& file) {
  OnePe pe("shift-add", powers_of_two(1, kTerms), 1);
  const bool positive = operands.one_in(2);
  const std::vector<uint64_t> terms = random_terms(operands);
  pe.x[0] = operands.half();
  pe.bring(Content::weights, {positive}, 1);
  pe.bring(Content::group_scales, terms, 8);
  uint16_t partial = half_bits(-0.0);
  for (const uint64_t term : terms) {
    const double scaled = exponent_add(float_from_half(pe.x[0]), static_cast<uint8_t>(term));
    const uint16_t next = half_pattern(rounded<Accumulator::fp16>(half_value(partial) + scaled));
    write_partial({false, operands.one_in(2), operands.half(), pe.x[0], static_cast<uint8_t>(term), partial,
                   operands.single()},
                  next, file);
    partial = next;
  }
  const uint32_t psum = psum_near(half_value(partial), operands);
  write_sum({false, positive, partial, operands.half(), operands.term(), operands.half(), psum},
            single_pattern(pe.execute(0, single_value(psum))), file);
}

void shift_add(Operands& operands, int count, VectorFile& file) {
  for (int written = 0; written < count; written += 8 + kTerms + kTerms + 1) {
    shift_add_block(operands, file);
    shift_add_column(operands, file);
  }
}

}  // namespace

std::vector<Module> unit_modules() {
  return {
      {"dequantizer", 16, 16, dequantizer}, {"int32_to_fp32", 32, 32, int32_to_fp32},
      {"mac_fp16", 64, 32, mac_fp16},       {"mac_fp16_accumulator_fp16", 48, 16, mac_fp16_accumulator_fp16},
      {"mac_int8", 48, 32, mac_int8},       {"dequant_mac", 64, 32, dequant_mac},
      {"shift_add", 90, 48, shift_add},
  };
}

}  // namespace eyeshift::rtl
