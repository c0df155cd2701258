// Vectors of single operations.

#include <limits>

#include "rtl/vectors/modules.h"
#include "rtl/vectors/patterns.h"

namespace eyeshift::rtl {
namespace {

constexpr Accumulator kHalf = Accumulator::fp16, kSingle = Accumulator::fp32;

// Every pair of corners, then random pairs, half of them of like magnitude.
template <typename Write>
void half_pairs(Operands& operands, int count, const Write& write) {
  for (const uint16_t a : corner_halves())
    for (const uint16_t b : corner_halves()) write(a, b);
  for (int i = 0; i < count; ++i) {
    const uint16_t a = operands.half();
    write(a, i % 2 ? operands.half_near(a) : operands.half());
  }
}
template <typename Write>
void single_pairs(Operands& operands, int count, const Write& write) {
  for (const uint32_t a : corner_singles())
    for (const uint32_t b : corner_singles()) write(a, b);
  for (int i = 0; i < count; ++i) {
    const uint32_t a = operands.single();
    write(a, i % 2 ? operands.single_near(a) : operands.single());
  }
}

// The variants without subnormals take them for zeros, as operands and as results before rounding.
constexpr double kSmallestHalf = 0x1p-14, kSmallestSingle = 0x1p-126;
double flushed(double value, double smallest) {
  return std::abs(value) < smallest ? std::copysign(0.0, value) : value;
}

void add_halves(Operands& operands, int count, VectorFile& file) {
  half_pairs(operands, count, [&](uint16_t a, uint16_t b) {
    file.write({{a, 16}, {b, 16}}, {{half_pattern(rounded<kHalf>(half_value(a) + half_value(b))), 16}});
  });
}
void add_halves_flush(Operands& operands, int count, VectorFile& file) {
  half_pairs(operands, count, [&](uint16_t a, uint16_t b) {
    const double sum = flushed(half_value(a), kSmallestHalf) + flushed(half_value(b), kSmallestHalf);
    file.write({{a, 16}, {b, 16}}, {{half_pattern(rounded<kHalf>(flushed(sum, kSmallestHalf))), 16}});
  });
}
void add_singles(Operands& operands, int count, VectorFile& file) {
  single_pairs(operands, count, [&](uint32_t a, uint32_t b) {
    const double sum = single_value(a) + single_value(b);
    file.write({{a, 32}, {b, 32}}, {{single_pattern(rounded<kSingle>(sum)), 32}});
  });
}
void add_singles_flush(Operands& operands, int count, VectorFile& file) {
  single_pairs(operands, count, [&](uint32_t a, uint32_t b) {
    const double sum = flushed(single_value(a), kSmallestSingle) + flushed(single_value(b), kSmallestSingle);
    file.write({{a, 32}, {b, 32}}, {{single_pattern(rounded<kSingle>(flushed(sum, kSmallestSingle))), 32}});
  });
}
void multiply_halves(Operands& operands, int count, VectorFile& file) {
  half_pairs(operands, count, [&](uint16_t a, uint16_t b) {
    file.write({{a, 16}, {b, 16}}, {{half_pattern(rounded<kHalf>(half_value(a) * half_value(b))), 16}});
  });
}
void multiply_halves_flush(Operands& operands, int count, VectorFile& file) {
  half_pairs(operands, count, [&](uint16_t a, uint16_t b) {
    const double product = flushed(half_value(a), kSmallestHalf) * flushed(half_value(b), kSmallestHalf);
    file.write({{a, 16}, {b, 16}}, {{half_pattern(rounded<kHalf>(flushed(product, kSmallestHalf))), 16}});
  });
}
void multiply_halves_exactly(Operands& operands, int count, VectorFile& file) {
  half_pairs(operands, count, [&](uint16_t a, uint16_t b) {
    file.write({{a, 16}, {b, 16}}, {{single_pattern(rounded<kSingle>(half_value(a) * half_value(b))), 32}});
  });
}
void multiply_singles(Operands& operands, int count, VectorFile& file) {
  single_pairs(operands, count, [&](uint32_t a, uint32_t b) {
    const double product = single_value(a) * single_value(b);
    file.write({{a, 32}, {b, 32}}, {{single_pattern(rounded<kSingle>(product)), 32}});
  });
}
void multiply_singles_flush(Operands& operands, int count, VectorFile& file) {
  single_pairs(operands, count, [&](uint32_t a, uint32_t b) {
    const double product =
        flushed(single_value(a), kSmallestSingle) * flushed(single_value(b), kSmallestSingle);
    file.write({{a, 32}, {b, 32}},
               {{single_pattern(rounded<kSingle>(flushed(product, kSmallestSingle))), 32}});
  });
}

template <typename Write>
void halves_and_terms(Operands& operands, int count, const Write& write) {
  for (const uint16_t x : corner_halves())
    for (const uint8_t term : corner_terms()) write(x, term);
  for (int i = 0; i < count; ++i) {
    const uint16_t x = operands.half();
    write(x, operands.term());
  }
}

void add_exponents(Operands& operands, int count, VectorFile& file) {
  halves_and_terms(operands, count, [&](uint16_t x, uint8_t term) {
    file.write({{x, 16}, {term, 8}}, {{half_pattern(exponent_add(float_from_half(x), term)), 16}});
  });
}
void add_exponents_flush(Operands& operands, int count, VectorFile& file) {
  halves_and_terms(operands, count, [&](uint16_t x, uint8_t term) {
    const double normal = flushed(half_value(x), kSmallestHalf);
    const double exact = std::ldexp(term & 0x80 ? -normal : normal, (term & 0x7f) - 64);
    const double scaled = term != 0 && std::abs(exact) < kSmallestHalf
                              ? std::copysign(0.0, exact)
                              : exponent_add(static_cast<float>(normal), term);
    file.write({{x, 16}, {term, 8}}, {{half_pattern(scaled), 16}});
  });
}

// Integer operations, on which no unit has a say of its own.
template <int kBits>
std::vector<uint64_t> integer_corners() {
  constexpr uint64_t kTop = uint64_t{1} << (kBits - 1);
  return {0, 1, 2, kTop - 1, kTop, kTop + 1, 2 * kTop - 2, 2 * kTop - 1};
}
template <int kBits, typename Write>
void integer_pairs(Operands& operands, int count, const Write& write) {
  for (const uint64_t a : integer_corners<kBits>())
    for (const uint64_t b : integer_corners<kBits>()) write(a, b);
  for (int i = 0; i < count; ++i) {
    const uint64_t a = operands.bits(kBits);
    write(a, operands.bits(kBits));
  }
}
template <int kBits>
uint64_t low_bits(uint64_t value) {
  return kBits == 64 ? value : value & ((uint64_t{1} << kBits % 64) - 1);
}
template <int kBits>
int64_t sign_extended(uint64_t value) {
  return static_cast<int64_t>(value << (64 - kBits)) >> (64 - kBits);
}

template <int kBits>
void add_integers(Operands& operands, int count, VectorFile& file) {
  integer_pairs<kBits>(operands, count, [&](uint64_t a, uint64_t b) {
    file.write({{a, kBits}, {b, kBits}}, {{low_bits<kBits>(a + b), kBits}});
  });
}
template <int kBits>
void multiply_integers(Operands& operands, int count, VectorFile& file) {
  integer_pairs<kBits>(operands, count, [&](uint64_t a, uint64_t b) {
    const auto product = static_cast<uint64_t>(sign_extended<kBits>(a) * sign_extended<kBits>(b));
    file.write({{a, kBits}, {b, kBits}}, {{low_bits<2 * kBits>(product), 2 * kBits}});
  });
}
template <int kBits, int kAmountBits>
void shift_integers(Operands& operands, int count, VectorFile& file) {
  integer_pairs<kBits>(operands, count, [&](uint64_t a, uint64_t b) {
    const uint64_t amount = b % kBits;
    file.write({{a, kBits}, {amount, kAmountBits}}, {{low_bits<kBits>(a << amount), kBits}});
  });
}

}  // namespace

std::vector<Module> arithmetic_modules() {
  return {
      {"adder_int8", 16, 8, add_integers<8>},
      {"adder_int16", 32, 16, add_integers<16>},
      {"adder_int32", 64, 32, add_integers<32>},
      {"multiplier_int8", 16, 16, multiply_integers<8>},
      {"multiplier_int16", 32, 32, multiply_integers<16>},
      {"multiplier_int32", 64, 64, multiply_integers<32>},
      {"shifter_int8", 11, 8, shift_integers<8, 3>},
      {"shifter_int16", 20, 16, shift_integers<16, 4>},
      {"shifter_int32", 37, 32, shift_integers<32, 5>},
      {"adder_fp16", 32, 16, add_halves},
      {"adder_fp32", 64, 32, add_singles},
      {"multiplier_fp16", 32, 16, multiply_halves},
      {"multiplier_fp32", 64, 32, multiply_singles},
      {"multiplier_fp16_to_fp32", 32, 32, multiply_halves_exactly},
      {"exponent_adder", 24, 16, add_exponents},
      {"adder_fp16_flush", 32, 16, add_halves_flush},
      {"adder_fp32_flush", 64, 32, add_singles_flush},
      {"multiplier_fp16_flush", 32, 16, multiply_halves_flush},
      {"multiplier_fp32_flush", 64, 32, multiply_singles_flush},
      {"exponent_adder_flush", 24, 16, add_exponents_flush},
  };
}

}  // namespace eyeshift::rtl
