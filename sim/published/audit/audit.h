#pragma once

#include <string>
#include <vector>

#include "configs/loaders/network_reader.h"
#include "energy_tables/table.h"
#include "models/types/accelerator.h"
#include "sim/published/audit/audited_layer.h"

namespace eyeshift {

struct AuditOptions {
  int bits = 3;
  std::vector<int64_t> tokens = {1};
  int64_t context = 2048;  // positions that a token attends, with the step `attention`
  int parallel = 1;
};

// A line of the audit: the energy of all tokens with this step and those before it.
struct AuditLine {
  std::string step;
  std::string meaning;
  AuditEnergy energy;  // picojoules
};

// The audit of one scheme at one number of tokens. lines: `published`, the steps of AuditStep, `attention`,
// `machine`.
struct AuditColumn {
  std::string scheme;          // the estimator's
  std::string machine_scheme;  // what stands for it on the machine, and its unit
  std::string unit;
  int64_t tokens = 0;
  std::vector<AuditLine> lines;
  AuditEnergy counted;  // all steps but attention: the linear layers
  AuditEnergy machine;  // the machine's linear layers without leakage, which `counted` should be
};

struct Audit {
  std::string network;
  AuditOptions options;
  std::string accelerator;
  std::string table;
  std::vector<AuditColumn>
      columns;  // by tokens, then fp16, optq, lut-gemm, shiftaddllm with tables and with adders
};

// Walks from the published estimator's energy of a network to the machine's, a step at a time, for every
// scheme that the estimator knows. The machine is simulated; every step before it is arithmetic on loop
// bounds, in its last form of the mappings that the machine has. Throws InputError where the machine cannot
// run a scheme, the network states no attention, or the table lacks an action.
Audit audit(const NetworkConfig& network, const AcceleratorConfig& accelerator, const EnergyTable& table,
            const AuditOptions& options);

}  // namespace eyeshift
