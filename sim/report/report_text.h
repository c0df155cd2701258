#pragma once

#include <string>
#include <vector>

#include "sim/report/report.h"

namespace eyeshift {

// A run as text for a terminal: a row a layer, the sums, the area, and the other tables' totals.
std::string run_text(const RunReport& run);

// Runs side by side for a terminal: a row a run, in blocks of equal tokens.
std::string comparison_text(const std::vector<RunReport>& runs);

// Sums of an energy's kinds, picojoules.
double compute_energy(const Energy& energy);
double movement_energy(const Energy& energy);

}  // namespace eyeshift
