#pragma once

#include <optional>
#include <string>

#include "models/machine/items.h"
#include "models/machine/layer_plan.h"
#include "models/machine/pass_meter.h"

namespace eyeshift {

// Walks the schedule and says which burst to read next: for every pass its tile of inputs (where it is the
// first on it), then its weights, then its scales; each operand begins a new burst.
class TransferController {
 public:
  explicit TransferController(const LayerPlan& plan);

  bool done() const { return cursor_.done(); }

  // The next burst. Its room must be reserved before it is taken with `take`.
  const ReadRequest& next() const { return burst_; }
  bool opens_operand() const { return burst_.offset == 0; }
  // Words of port_bits that the burst adds to its operand's stream.
  int64_t words() const;
  void take();

  // Bursts of each pass, those that its outputs take included.
  const PassMeter& burst_meter() const { return meter_; }
  std::string state() const;

 private:
  void start_pass();
  void next_operand();
  void load_burst();

  const LayerPlan& plan_;
  PassCursor cursor_;
  FilterStream stream_;
  int64_t operand_bits_ = 0;
  ReadRequest burst_;
  PassMeter meter_;
};

}  // namespace eyeshift
