#include "models/pe/deliveries.h"

namespace eyeshift {
namespace {

FilterDelivery to_sets(int row_first, int row_last, int set_first, int set_last, int64_t bits,
                       Content content) {
  FilterDelivery delivery;
  delivery.row_first = static_cast<int16_t>(row_first);
  delivery.row_last = static_cast<int16_t>(row_last);
  delivery.set_first = static_cast<int16_t>(set_first);
  delivery.set_last = static_cast<int16_t>(set_last);
  delivery.bits = static_cast<int32_t>(bits);
  delivery.content = content;
  return delivery;
}

}  // namespace

void add_weights(const Encoding& encoding, const Pass& pass, std::vector<FilterDelivery>& out) {
  out.reserve(static_cast<size_t>(pass.rows * pass.sets));
  for (int row = 0; row < pass.rows; ++row)
    for (int set = 0; set < pass.sets; ++set)
      out.push_back(to_sets(row, row, set, set,
                            weight_bits(encoding, pass.inputs_of(row), pass.outputs_of(set)),
                            Content::weights));
}

void add_per_column(const Pass& pass, Content content, int bits_per_output,
                    std::vector<FilterDelivery>& out) {
  for (int set = 0; set < pass.sets; ++set)
    out.push_back(
        to_sets(0, pass.rows - 1, set, set, int64_t{pass.outputs_of(set)} * bits_per_output, content));
}

void add_to_tops(const Pass& pass, Content content, int bits_per_output, std::vector<FilterDelivery>& out) {
  for (int set = 0; set < pass.sets; ++set)
    out.push_back(to_sets(pass.rows - 1, pass.rows - 1, set, set,
                          int64_t{pass.outputs_of(set)} * bits_per_output, content));
}

void add_to_row_groups(const Encoding& encoding, const Pass& pass, int row_first, int row_last, int64_t bits,
                       std::vector<FilterDelivery>& out) {
  const int64_t m_end = pass.m_begin + pass.tile_outputs();
  for (int64_t group = pass.m_begin / encoding.group_rows; group * encoding.group_rows < m_end; ++group) {
    const int64_t first = std::max(group * encoding.group_rows, pass.m_begin) - pass.m_begin;
    const int64_t last = std::min((group + 1) * encoding.group_rows, m_end) - 1 - pass.m_begin;
    FilterDelivery delivery = to_sets(row_first, row_last, static_cast<int>(first / pass.p),
                                      static_cast<int>(last / pass.p), bits, Content::group_scales);
    delivery.row_group = group;
    out.push_back(delivery);
  }
}

void add_per_row_group(const Encoding& encoding, const Pass& pass, int granule, int bits_per_unit,
                       std::vector<FilterDelivery>& out) {
  for (int row = 0; row < pass.rows; ++row)
    add_to_row_groups(encoding, pass, row, row, int64_t{pass.inputs_of(row)} / granule * bits_per_unit, out);
}

}  // namespace eyeshift
