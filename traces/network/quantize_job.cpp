#include "traces/network/quantize_job.h"

#include "configs/reader/sha256.h"

namespace eyeshift {
namespace {

nlohmann::json act_order(QuantizeOptions::ActOrder order) {
  if (order == QuantizeOptions::ActOrder::scheme_default) return nullptr;
  return order == QuantizeOptions::ActOrder::on;
}

}  // namespace

nlohmann::json identity(const QuantizeJob& job, const std::string& network,
                        const std::string& checkpoint_sha256) {
  Sha256 tokens;
  tokens.add(job.calibration.data(), job.calibration.size() * sizeof(Tokens::value_type));
  auto costs = nlohmann::json::object();
  for (const auto& [layer, by_bits] : job.options.bit_costs)
    for (const auto& [bits, cost] : by_bits) costs[layer][std::to_string(bits)] = cost;
  const QuantizeOptions& o = job.options;
  return {{"version", EYESHIFT_VERSION},
          {"network", network},
          {"checkpoint", checkpoint_sha256},
          {"scheme", job.scheme},
          {"calibration", job.calibration_source},
          {"calibration's tokens", tokens.hex()},
          {"bits", o.average_bits > 0 ? nlohmann::json(o.average_bits) : nlohmann::json(o.bits)},
          {"bits-per", o.bits_per_layer ? "layer" : "parameter"},
          {"bit-costs", costs},
          {"budget", o.budget},
          {"group-size", o.group_size},
          {"static-groups", o.static_groups},
          {"act-order", act_order(o.act_order)},
          {"compensation", o.compensation},
          {"cycles", o.cycles},
          {"pot-terms", o.pot_terms},
          {"real-scales", o.real_scales},
          {"symmetric", o.symmetric},
          {"clip", o.clip},
          {"incoherence", o.incoherence},
          {"axis", o.axis == Axis::input ? "input" : "output"},
          {"scale-type", o.scale_bits == 32 ? "f32" : "f16"},
          {"seed", o.seed}};
}

}  // namespace eyeshift
