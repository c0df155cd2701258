#include "sim/published/estimate/estimate_report.h"

#include "base/files/text_table.h"

namespace eyeshift {
namespace {

constexpr double kPicojoulesPerMillijoule = 1e9;
constexpr double kMillisecond = 1e-3;

double mJ(double pJ) { return pJ / kPicojoulesPerMillijoule; }

std::vector<std::string> cells(const std::string& name, const EstimateSums& sums, double count) {
  std::vector<std::string> row = {name};
  for (const OperationRole role : kOperationRoles)
    row.push_back(significant(count * mJ(sums.roles_pJ.at(role))));
  row.push_back(significant(count * mJ(sums.total_pJ())));
  row.push_back(significant(count * sums.latency_s / kMillisecond));
  return row;
}

Json roles_json(const EstimateSums& sums) {
  Json json;
  for (const OperationRole role : kOperationRoles) json[name_of(role)] = mJ(sums.roles_pJ.at(role));
  json["total"] = mJ(sums.total_pJ());
  return json;
}

Json operand_json(const PerOperand& pJ) {
  return {{"inputs", mJ(pJ.inputs)}, {"weights", mJ(pJ.weights)}, {"outputs", mJ(pJ.outputs)}};
}

Json levels_json(const PerLevel& pJ) {
  return {{"compute", mJ(pJ.compute)},
          {"dram", operand_json(pJ.dram)},
          {"glb", operand_json(pJ.glb)},
          {"noc", operand_json(pJ.noc)},
          {"rf", operand_json(pJ.rf)}};
}

Json operation_json(const OperationEstimate& estimate) {
  const Operation& operation = estimate.operation;
  const LoopTiling& t = estimate.tiling;
  return {{"name", operation.name},
          {"kind", name_of(operation.kind)},
          {"role", name_of(operation.role)},
          {"bits", operation.bits},
          {"N", operation.bounds.N},
          {"C", operation.bounds.C},
          {"M", operation.bounds.M},
          {"tiling", {{"N", {t.n0, t.n3}}, {"M", {t.m0, t.m1, t.m2, t.m3}}, {"C", {t.c0, t.c1, t.c2}}}},
          {"levels_mJ", levels_json(estimate.energy_pJ)},
          {"latency_s", estimate.latency_s}};
}

}  // namespace

std::string estimate_text(const NetworkEstimate& estimate) {
  std::vector<std::string> header = {"mJ"};
  for (const OperationRole role : kOperationRoles) header.push_back(name_of(role));
  header.insert(header.end(), {"total", "latency ms"});
  TextTable text(header);
  for (const LayerEstimate& layer : estimate.layers) {
    const std::string times = layer.shape.count > 1 ? " x " + std::to_string(layer.shape.count) : "";
    text.add(cells(layer.shape.name + times, sums(layer), static_cast<double>(layer.shape.count)));
  }
  text.add({});
  text.add(cells("total", sums(estimate), 1));
  return estimate.network + ", " + estimate.scheme + ", " + name_of(estimate.bits) + " bits, " +
         std::to_string(estimate.tokens) + (estimate.tokens == 1 ? " token" : " tokens") +
         ", by the estimator released with ShiftAddLLM\n\n" + text.str();
}

Json estimate_json(const NetworkEstimate& estimate) {
  const EstimateSums all = sums(estimate);
  Json json = {{"network", estimate.network},
               {"scheme", estimate.scheme},
               {"bits", Json::parse(name_of(estimate.bits))},
               {"tokens", estimate.tokens},
               {"energy_mJ", roles_json(all)},
               {"levels_mJ", levels_json(all.levels_pJ)},
               {"latency_s", all.latency_s},
               {"layers", Json::array()}};
  for (const LayerEstimate& layer : estimate.layers) {
    const EstimateSums one = sums(layer);
    Json entry = {{"name", layer.shape.name},     {"K", layer.shape.K},
                  {"M", layer.shape.M},           {"count", layer.shape.count},
                  {"scheme", layer.scheme},       {"bits", layer.bits},
                  {"energy_mJ", roles_json(one)}, {"levels_mJ", levels_json(one.levels_pJ)},
                  {"latency_s", one.latency_s},   {"operations", Json::array()}};
    for (const OperationEstimate& operation : layer.operations)
      entry["operations"].push_back(operation_json(operation));
    json["layers"].push_back(entry);
  }
  return json;
}

std::string estimate_csv(const NetworkEstimate& estimate) {
  std::vector<std::string> header = {"layer", "K", "M", "count", "scheme", "bits"};
  for (const OperationRole role : kOperationRoles) header.push_back(name_of(role) + "_mJ");
  header.insert(header.end(), {"total_mJ", "latency_s"});
  std::string csv = csv_row(header);
  for (const LayerEstimate& layer : estimate.layers) {
    const EstimateSums one = sums(layer);
    std::vector<std::string> row = {layer.shape.name,
                                    std::to_string(layer.shape.K),
                                    std::to_string(layer.shape.M),
                                    std::to_string(layer.shape.count),
                                    layer.scheme,
                                    std::to_string(layer.bits)};
    for (const OperationRole role : kOperationRoles) row.push_back(exact(mJ(one.roles_pJ.at(role))));
    row.insert(row.end(), {exact(mJ(one.total_pJ())), exact(one.latency_s)});
    csv += csv_row(row);
  }
  return csv;
}

}  // namespace eyeshift
