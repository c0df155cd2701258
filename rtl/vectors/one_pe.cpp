#include "rtl/vectors/one_pe.h"

#include <algorithm>

#include "rtl/vectors/patterns.h"

namespace eyeshift::rtl {

OnePe::OnePe(const std::string& unit, const Encoding& encoding, int inputs)
    : unit_(Registry<Unit>::instance().find(unit, "unit")), encoding_(encoding) {
  pass_.rows = pass_.sets = pass_.width = pass_.p = pass_.p_last = pass_.tokens = 1;
  pass_.q = pass_.q_last = inputs;
  pass_.keeps_inputs = true;  // for other passes' keys: a table is built whole
  values.tile = pe_tile(encoding_, pass_, 0, 0);
  values.encoding = &encoding_;
  values.block = &block_;
}

void OnePe::bring(Content content, const std::vector<uint64_t>& brought, int bits) {
  values.content_at[static_cast<int>(content)] = block_.size();
  for (const uint64_t value : brought) block_.append(value, bits);
}

double OnePe::execute(int step, double psum) {
  std::array<float, 8> inputs;
  std::array<float, 256> table;
  std::transform(x.begin(), x.end(), inputs.begin(), [&](uint16_t bits) { return unit_.input_value(bits); });
  std::transform(lut.begin(), lut.end(), table.begin(), float_from_half);
  values.x = inputs.data();
  values.lut = table.data();
  values.psums = &psum;
  unit_.execute(step, 0, values);
  std::transform(table.begin(), table.end(), lut.begin(), half_pattern);
  return psum;
}

double OnePe::finish(double psum) {
  const float token_scale = 1;
  double total = 0;
  unit_.finish(0, &psum, &token_scale, values, &total);
  return total;
}

Encoding coded(Coding coding, int bits, int scale_bits, int zero_bits) {
  Encoding encoding;
  encoding.coding = coding;
  encoding.bits = bits;
  encoding.group_cols = 8;
  encoding.scale_bits = scale_bits;
  encoding.zero_bits = zero_bits;
  return encoding;
}

Encoding powers_of_two(int64_t group_cols, int terms) {
  Encoding encoding = coded(Coding::binary, 1, 8, 0);
  encoding.group_cols = group_cols;
  encoding.power_of_two = true;
  encoding.terms = terms;
  return encoding;
}

}  // namespace eyeshift::rtl
