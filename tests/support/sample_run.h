#pragma once

#include "energy_tables/table.h"
#include "sim/report/report.h"

namespace eyeshift {

// The default accelerator and table.
AcceleratorConfig default_accelerator();
EnergyTable default_table();

// A run of two layers with made-up counts in every action, the second layer standing for three; not priced.
RunReport sample_run();

}  // namespace eyeshift
