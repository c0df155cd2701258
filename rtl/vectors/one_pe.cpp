#include "rtl/vectors/one_pe.h"

namespace eyeshift::rtl {

OnePe::OnePe(const std::string& unit, const Encoding& encoding, int inputs)
    : unit_(Registry<Unit>::instance().find(unit, "unit")), encoding_(encoding) {
  pass_.rows = pass_.sets = pass_.width = pass_.p = pass_.p_last = pass_.tokens = 1;
  pass_.q = pass_.q_last = inputs;
  values.tile = pe_tile(encoding_, pass_, 0, 0);
  values.encoding = &encoding_;
  values.block = &block_;
  values.x = x.data();
  values.lut = lut.data();
}

void OnePe::bring(Content content, const std::vector<uint64_t>& brought, int bits) {
  values.content_at[static_cast<int>(content)] = block_.size();
  for (const uint64_t value : brought) block_.append(value, bits);
}

double OnePe::execute(int step, double psum) {
  values.psums = &psum;
  unit_.execute(step, 0, values);
  return psum;
}

double OnePe::finish(double psum) { return unit_.finish(0, &psum, 0, 1, values); }

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
