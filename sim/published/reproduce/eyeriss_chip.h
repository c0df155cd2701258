#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/published/reproduce/reproduction.h"
#include "sim/simulate.h"

namespace eyeshift {

// The convolutions of a network in configs/networks for which a file in configs/mappings has a mapping, as
// the Eyeriss chip was measured with them (Chen, Krishna, Emer, Sze, JSSC 52(1), 2017): accelerator
// eyeriss-v1, 16-bit fixed point, `batch` images. Throws InputError as the readers of these files do.
SimulateTask chip_task(const std::string& network, const std::string& mappings, int64_t batch);

// Runs the tasks, priced with the table that is calibrated on the chip, with at most `parallel` processes at
// once.
std::vector<RunReport> simulate_chip(const std::vector<SimulateTask>& tasks, int parallel);

// Adds a row for each of the quantities of Tables V and VI to `rows`, for every layer of a run: latencies in
// ms, PEs, MB of 10^6 bytes, mW. `notes` are by layer. Rows of a variant are left out of mean errors.
void add_layer_rows(const RunReport& run, const std::string& variant,
                    const std::map<std::string, std::string>& notes, std::vector<Reproduced>& rows);

// The same for "Total": sums over the layers, of active PEs the mean over processing time.
void add_total_rows(const RunReport& run, std::vector<Reproduced>& rows);

}  // namespace eyeshift
