#pragma once

#include <string>

#include "base/files/yaml_map.h"
#include "energy_tables/table.h"

namespace eyeshift {

// Fills rows of a table from Accelergy's energy and area reference tables (ERT.yaml, ART.yaml), as the key
// `accelergy` of the table's file says:
//
//   accelergy:
//     ert: ERT.yaml
//     art: ART.yaml                  # where there are components
//     actions:
//       glb_read: {class: shared_glb, action: read}
//       dram_byte: {class: DRAM, action: read, bits: 64}    # of so many bits
//     components:
//       glb: {class: shared_glb}
//     ignore: [dummy_buffer]         # classes that no row takes
//
// Files lie beside the table's. A class is the last part of a component's name, without indices; energies are
// picojoules, areas square micrometres, as Accelergy has them. Throws InputError for a class, action or area
// that is named and not there, for a class of the ERT that no row takes and `ignore` does not name, for an
// action that has several energies, and for a row that the table states, too.
void read_accelergy(YamlMap& map, const std::string& table_file, EnergyTable& table);

}  // namespace eyeshift
