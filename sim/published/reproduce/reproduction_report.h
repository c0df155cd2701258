#pragma once

#include <string>
#include <vector>

#include "base/files/json_fields.h"
#include "configs/loaders/published_reader.h"
#include "sim/published/reproduce/reproduction.h"

namespace eyeshift {

struct ReproductionRow {
  std::string name;  // subject, variant and quantity: "CONV1 processing latency"
  std::string quantity;
  double published = 0;
  double reproduced = 0;
  std::string unit;
  std::string source;
  std::vector<std::string> notes;

  double rel_error() const { return reproduced / published - 1; }
};

// The errors of one quantity over the subjects.
struct QuantityErrors {
  std::string quantity;
  int rows = 0;
  double mean_abs_error = 0;
  double worst_abs_error = 0;
  std::string worst;  // the row's name
};

struct ReproductionReport {
  std::string name;
  std::string source;
  std::vector<ReproductionRow> rows;
  std::vector<QuantityErrors> errors;  // in the order of the published quantities
};

// Puts simulated values beside published ones. Throws InternalError where a value has no published one, where
// a published one is not reproduced, and where two rows would have one name.
ReproductionReport reproduction_report(const Published& published, const std::vector<Reproduced>& reproduced);

std::string reproduction_text(const ReproductionReport& report);
// {name, source, rows[{name, quantity, published, reproduced, rel_error, unit, source, note}],
// errors[{quantity, rows, mean_abs_error, worst_abs_error, worst}]}; a row without notes has no such key.
Json reproduction_json(const ReproductionReport& report);
// A row a row, with a header.
std::string reproduction_csv(const ReproductionReport& report);

}  // namespace eyeshift
