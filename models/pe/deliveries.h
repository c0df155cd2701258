#pragma once

#include <vector>

#include "models/pe/unit.h"

namespace eyeshift {

// The parts that units put their deliveries together from.

// Every PE's own weights, row by row.
void add_weights(const Encoding& encoding, const Pass& pass, std::vector<FilterDelivery>& out);

// bits_per_output bits for each of a column's outputs, to all of the column's PEs.
void add_per_column(const Pass& pass, Content content, int bits_per_output, std::vector<FilterDelivery>& out);

// bits_per_output bits for each of a column's outputs, to the top PE alone.
void add_to_tops(const Pass& pass, Content content, int bits_per_output, std::vector<FilterDelivery>& out);

// For every group of outputs: `bits` to these rows of the columns whose outputs touch the group.
void add_to_row_groups(const Encoding& encoding, const Pass& pass, int row_first, int row_last, int64_t bits,
                       std::vector<FilterDelivery>& out);

// For every row and group of outputs: bits_per_unit bits for each `granule` inputs of the row, to the columns
// whose outputs touch the group.
void add_per_row_group(const Encoding& encoding, const Pass& pass, int granule, int bits_per_unit,
                       std::vector<FilterDelivery>& out);

}  // namespace eyeshift
