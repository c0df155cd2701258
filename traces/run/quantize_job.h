#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "traces/network/network.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// How a network is to be quantized.
struct QuantizeJob {
  std::string scheme;
  QuantizeOptions options;
  Tokens calibration;
  std::string calibration_source;  // where the tokens came from, for the trace
};

// What the bytes of the trace depend on, by the names of the command line's options: this program's version,
// what it was compiled for and with, the network and the checksum of its checkpoint, the scheme and its
// options but for threads, the tokens.
nlohmann::json identity(const QuantizeJob& job, const std::string& network,
                        const std::string& checkpoint_sha256);

}  // namespace eyeshift
