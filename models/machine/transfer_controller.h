#pragma once

#include <optional>
#include <string>

#include "models/machine/items.h"
#include "models/machine/layer_plan.h"

namespace eyeshift {

// Walks the schedule and says which burst to read next: for every pass its tile of inputs (where it is the
// first on it), then its weights, then its scales; each operand begins a new burst.
class TransferController {
 public:
  explicit TransferController(const LayerPlan& plan);

  bool done() const { return cursor_.done(); }

  // The next burst. Its room must be reserved before it is taken with `take`.
  const ReadRequest& next() const { return burst_; }
  // The pass needs nothing from DRAM: skip() goes on to the next.
  bool empty() const { return burst_.bits == 0; }
  void skip();
  bool opens_operand() const { return burst_.offset == 0; }
  // Words of port_bits that the burst adds to its operand's stream.
  int64_t words() const;
  void take();

  int64_t pass() const { return cursor_.index(); }  // whose operands are requested
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  void start_pass();
  void open_operand(Operand operand);
  void load_burst();

  const LayerPlan& plan_;
  PassCursor cursor_;
  FilterStream stream_;
  ReadRequest burst_;
};

}  // namespace eyeshift
