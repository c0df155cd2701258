#pragma once

#include <string>

#include "base/files/json_fields.h"
#include "sim/published/audit/audit.h"

namespace eyeshift {

// A table a number of tokens: a row a step, a column a scheme, and what shiftaddllm saves.
std::string audit_text(const Audit& audit);
// {network, bits, context, accelerator, table, columns[{scheme, machine_scheme, unit, tokens, printed_mJ,
// lines[{step, meaning, energy_mJ{arithmetic, lut, dram, glb, noc, spad, rest, total}, change_mJ}],
// counted_mJ{...}, machine_mJ{...}}]}; counted: all steps but attention, which machine, its linear layers
// without leakage, should equal. printed_mJ takes the published number for the joules that the paper prints.
Json audit_json(const Audit& audit);
// A row a column and step, with a header.
std::string audit_csv(const Audit& audit);

}  // namespace eyeshift
