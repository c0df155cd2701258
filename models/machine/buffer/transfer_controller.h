#pragma once

#include <string>

#include "models/machine/wires/items.h"
#include "models/machine/wires/layer_plan.h"

namespace eyeshift {

// What fills the global buffer from DRAM: tiles of inputs into the input banks, weights and scales through
// the filter banks.
enum class Fill : uint8_t { inputs, filters };

// Walks the schedule for one of the fills and says which burst to read next: of every pass its tile of inputs
// (where it is the first on it), or its weights, then its scales; each operand begins a new burst.
class TransferController {
 public:
  TransferController(const LayerPlan& plan, Fill fill);

  bool done() const { return cursor_.done(); }

  // The next burst, of no bits where the pass needs none. Its room must be reserved before it is taken with
  // `take`.
  const ReadRequest& next() const { return burst_; }
  // A pass before `end` that needs nothing of this fill is over; returns whether it was one.
  bool skip_empty_pass(int64_t end);
  bool opens_operand() const { return burst_.offset == 0; }
  // Words of port_bits that the burst adds to its operand's stream.
  int64_t words() const;
  void take();

  int64_t pass() const { return cursor_.index(); }  // whose operands are requested
  void visit(StateArchive& archive);
  std::string state() const;

 private:
  void start_pass();
  void next_pass();
  void open_operand(Operand operand);
  void load_burst();

  const LayerPlan& plan_;
  const Fill fill_;
  PassCursor cursor_;
  FilterStream stream_;
  ReadRequest burst_;
};

}  // namespace eyeshift
