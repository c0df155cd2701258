#include "sim/report/bit_costs.h"

#include <cmath>
#include <fstream>
#include <sstream>

#include "base/errors.h"
#include "base/files/json_fields.h"
#include "base/files/strict_json.h"
#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  if (!file) throw InputError(path + ": cannot be read");
  return contents.str();
}

int bits_from(const std::string& where, const std::string& text) {
  if (text.size() == 1 && text[0] >= '1' && text[0] <= '8') return text[0] - '0';
  throw InputError(where + ": '" + text + "' must be a number of bits from 1 to 8");
}

}  // namespace

std::string bit_costs_json(const std::vector<RunReport>& runs, BitCost cost) {
  Json layers = Json::object();
  for (const RunReport& run : runs) {
    for (const LayerReport& layer : run.layers) {
      if (layer.encoding.scheme != run.scheme) continue;
      const double one = cost == BitCost::energy ? layer.energy.total : layer.time_s;
      layers[layer.shape.name][std::to_string(layer.encoding.bits)] =
          one * static_cast<double>(layer.shape.count);
    }
  }
  return dump({{"cost", cost == BitCost::energy ? "energy_pJ" : "time_s"}, {"layers", std::move(layers)}});
}

BitCosts read_bit_costs(const std::string& path) {
  const nlohmann::json file = parse_json_object(contents_of(path), path);
  if (!file.contains("layers") || !file.at("layers").is_object())
    throw InputError(path + ": has no object 'layers': write one with `eyeshift simulate --bit-costs`");
  for (const auto& [key, unused] : file.items())
    if (key != "cost" && key != "layers") throw InputError(path + ": unknown key '" + key + "'");
  BitCosts costs;
  for (const auto& [name, by_bits] : file.at("layers").items()) {
    const std::string where = path + ": layer '" + name + "'";
    if (!by_bits.is_object()) throw InputError(where + " must be an object of costs by bits");
    for (const auto& [bits, cost] : by_bits.items()) {
      if (!cost.is_number() || !(cost.get<double>() >= 0) || !std::isfinite(cost.get<double>()))
        throw InputError(where + ": the cost of " + bits + " bits must be a number of at least 0, not " +
                         cost.dump());
      costs[name][bits_from(where, bits)] = cost.get<double>();
    }
  }
  if (costs.empty()) throw InputError(path + ": 'layers' is empty");
  return costs;
}

}  // namespace eyeshift
