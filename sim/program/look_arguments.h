#pragma once

#include "sim/program/arguments.h"
#include "sim/simulate.h"

namespace eyeshift {

// The options of simulate with which a run is looked at: --waveform, --timeline, --utilisation and what they
// need.
void add_look_options(boost::program_options::options_description& options);
// Throws InputError where they do not go together, or not with the other options.
void check_look(const Arguments& arguments);
// Puts them into the task, whose accelerator is known. Throws InputError for a PE outside the array.
void read_look(const Arguments& arguments, SimulateTask& task);

}  // namespace eyeshift
