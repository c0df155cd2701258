#include "models/machine/transfer_controller.h"

#include <algorithm>

namespace eyeshift {

TransferController::TransferController(const LayerPlan& plan) : plan_(plan), cursor_(plan.schedule) {
  start_pass();
}

void TransferController::start_pass() {
  burst_ = ReadRequest{};
  if (cursor_.done()) return;
  stream_ = filter_stream(plan_, cursor_.pass());
  open_operand(Operand::inputs);
}

// The first burst of an operand, or of the next one of the pass that has any; nothing where none has.
void TransferController::open_operand(Operand operand) {
  const Pass& pass = cursor_.pass();
  burst_ = ReadRequest{};
  burst_.operand = operand;
  burst_.pass = cursor_.index();
  burst_.operand_bits = operand == Operand::inputs    ? pass.load_bits
                        : operand == Operand::weights ? stream_.weights
                                                      : stream_.scales;
  if (operand == Operand::inputs && pass.loads_inputs) burst_.stream_bits = plan_.input_stream_bits(pass);
  if (burst_.operand_bits > 0)
    load_burst();
  else if (operand != Operand::scales)
    open_operand(operand == Operand::inputs ? Operand::weights : Operand::scales);
}

void TransferController::load_burst() {
  const int64_t burst_bits = int64_t{plan_.accelerator.dram.burst_bytes} * 8;
  burst_.bits = std::min(burst_bits, burst_.operand_bits - burst_.offset);
  burst_.last = burst_.offset + burst_.bits == burst_.operand_bits;
}

void TransferController::skip() {
  cursor_.next();
  start_pass();
}

void TransferController::take() {
  burst_.offset += burst_.bits;
  if (burst_.offset < burst_.operand_bits) {
    load_burst();
    return;
  }
  if (burst_.operand != Operand::scales) {
    open_operand(burst_.operand == Operand::inputs ? Operand::weights : Operand::scales);
    if (burst_.bits > 0) return;
  }
  skip();
}

int64_t TransferController::words() const {
  const int64_t port = plan_.accelerator.glb.port_bits;
  const int64_t end = burst_.offset + burst_.bits;
  return (burst_.last ? (end + port - 1) / port : end / port) - burst_.offset / port;
}

void TransferController::visit(StateArchive& archive) {
  archive.cursor(cursor_);
  if (archive.reading() && !cursor_.done()) stream_ = filter_stream(plan_, cursor_.pass());
  burst_.visit(archive);
}

std::string TransferController::state() const {
  if (done()) return "transfer controller: all requested";
  const char* names[] = {"weights", "scales", "inputs"};
  return "transfer controller: pass " + std::to_string(burst_.pass) + ", " +
         names[static_cast<int>(burst_.operand)] + " from bit " + std::to_string(burst_.offset) + " of " +
         std::to_string(burst_.operand_bits);
}

}  // namespace eyeshift
