#include "models/types/accelerator_limits.h"

#include <algorithm>

namespace eyeshift {
namespace {

bool lists_one_that(const AcceleratorConfig::Array& array, const std::vector<ListedUnit>& known,
                    bool ListedUnit::*property) {
  return std::any_of(known.begin(), known.end(), [&](const ListedUnit& unit) {
    return unit.*property &&
           std::find(array.units.begin(), array.units.end(), unit.name) != array.units.end();
  });
}

std::optional<AcceleratorFault> lanes_fault(const AcceleratorConfig::Array& array,
                                            const std::vector<ListedUnit>& known) {
  if (array.fp16_lanes == 0) return std::nullopt;
  if (array.units.size() == 1 || !lists_one_that(array, known, &ListedUnit::is_lane)) {
    const auto lane =
        std::find_if(known.begin(), known.end(), [](const ListedUnit& unit) { return unit.is_lane; });
    return AcceleratorFault{"fp16_lanes", "only allowed where units lists " +
                                              (lane == known.end() ? std::string("a lane") : lane->name) +
                                              " beside another unit"};
  }
  const int pes = array.rows * array.cols;
  if (array.fp16_lanes > pes)
    return AcceleratorFault{"fp16_lanes", "the array has only " + std::to_string(pes) + " PEs"};
  if (array.fp16_lanes > array.cols && array.fp16_lanes % array.cols != 0)
    return AcceleratorFault{"fp16_lanes", "expected at most " + std::to_string(array.cols) +
                                              " (one row of PEs) or a multiple of it"};
  return std::nullopt;
}

}  // namespace

bool has_table(const AcceleratorConfig::Array& array, const std::vector<ListedUnit>& known) {
  return lists_one_that(array, known, &ListedUnit::has_table);
}

std::optional<AcceleratorFault> array_fault(const AcceleratorConfig::Array& array,
                                            const std::vector<ListedUnit>& known) {
  if (int64_t{array.rows} * array.cols > limits::kPes.max)
    return AcceleratorFault{"rows",
                            "rows x cols must be at most " + std::to_string(limits::kPes.max) + " PEs"};
  for (const std::string& unit : array.units)
    if (std::count(array.units.begin(), array.units.end(), unit) > 1)
      return AcceleratorFault{"units", "'" + unit + "' is listed twice"};
  return lanes_fault(array, known);
}

std::optional<AcceleratorFault> spad_fault(const AcceleratorConfig::SpadWords& words,
                                           const AcceleratorConfig::Array& array,
                                           const std::vector<ListedUnit>& known) {
  if (words.lut == 0 && has_table(array, known))
    return AcceleratorFault{"lut", "a unit of the array has a table: expected at least 1 word"};
  return std::nullopt;
}

std::optional<AcceleratorFault> glb_fault(const AcceleratorConfig::Glb& glb) {
  const int port_bytes = glb.port_bits / 8;
  if (glb.bank_bytes % port_bytes == 0) return std::nullopt;
  return AcceleratorFault{"bank_bytes",
                          "expected a multiple of the port's " + std::to_string(port_bytes) + " bytes"};
}

std::optional<AcceleratorFault> dram_fault(const AcceleratorConfig::Dram& dram) {
  const int link_bytes = dram.link_bits / 8;
  if (dram.burst_bytes % link_bytes == 0) return std::nullopt;
  return AcceleratorFault{"burst_bytes",
                          "expected a multiple of the link's " + std::to_string(link_bytes) + " bytes"};
}

}  // namespace eyeshift
