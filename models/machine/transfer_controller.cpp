#include "models/machine/transfer_controller.h"

#include <algorithm>

namespace eyeshift {

TransferController::TransferController(const LayerPlan& plan) : plan_(plan), cursor_(plan.schedule) {
  start_pass();
}

void TransferController::start_pass() {
  if (cursor_.done()) return;
  stream_ = filter_stream(plan_, cursor_.pass());
  burst_ = ReadRequest{Operand::inputs, cursor_.index(), 0, 0, false};
  operand_bits_ = cursor_.pass().loads_inputs ? plan_.input_stream_bits(cursor_.pass()) : 0;
  load_burst();
}

void TransferController::next_operand() {
  if (burst_.operand == Operand::scales) {
    const Pass& pass = cursor_.pass();
    const int64_t burst_bits = int64_t{plan_.accelerator.dram.burst_bytes} * 8;
    if (pass.output)
      meter_.add((int64_t{pass.tokens} * pass.tile_outputs() * 16 + burst_bits - 1) / burst_bits);
    meter_.next_pass();
    cursor_.next();
    start_pass();
    return;
  }
  burst_.operand = burst_.operand == Operand::inputs ? Operand::weights : Operand::scales;
  operand_bits_ = burst_.operand == Operand::weights ? stream_.weights : stream_.scales;
  burst_.offset = 0;
  load_burst();
}

void TransferController::load_burst() {
  if (burst_.offset >= operand_bits_) {
    next_operand();
    return;
  }
  const int64_t burst_bits = int64_t{plan_.accelerator.dram.burst_bytes} * 8;
  burst_.bits = std::min(burst_bits, operand_bits_ - burst_.offset);
  burst_.last = burst_.offset + burst_.bits == operand_bits_;
}

int64_t TransferController::words() const {
  const int64_t port = plan_.accelerator.glb.port_bits;
  const int64_t end = burst_.offset + burst_.bits;
  return (burst_.last ? (end + port - 1) / port : end / port) - burst_.offset / port;
}

void TransferController::take() {
  meter_.add(1);
  burst_.offset += burst_.bits;
  load_burst();
}

std::string TransferController::state() const {
  if (done()) return "transfer controller: all requested";
  const char* names[] = {"weights", "scales", "inputs"};
  return "transfer controller: pass " + std::to_string(burst_.pass) + ", " +
         names[static_cast<int>(burst_.operand)] + " from bit " + std::to_string(burst_.offset) + " of " +
         std::to_string(operand_bits_);
}

}  // namespace eyeshift
