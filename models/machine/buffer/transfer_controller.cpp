#include "models/machine/buffer/transfer_controller.h"

#include <algorithm>

namespace eyeshift {

TransferController::TransferController(const LayerPlan& plan, Fill fill)
    : plan_(plan), fill_(fill), cursor_(plan.schedule) {
  start_pass();
}

void TransferController::start_pass() {
  burst_ = ReadRequest{};
  if (cursor_.done()) return;
  if (fill_ == Fill::filters) stream_ = filter_stream(plan_, cursor_.pass());
  open_operand(fill_ == Fill::inputs ? Operand::inputs : Operand::weights);
}

// The first burst of an operand, or of the scales where there are no weights; none where the pass has none.
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
  else if (operand == Operand::weights)
    open_operand(Operand::scales);
}

void TransferController::load_burst() {
  const int64_t burst_bits = int64_t{plan_.accelerator.dram.burst_bytes} * 8;
  burst_.bits = std::min(burst_bits, burst_.operand_bits - burst_.offset);
  burst_.last = burst_.offset + burst_.bits == burst_.operand_bits;
}

void TransferController::next_pass() {
  cursor_.next();
  start_pass();
}

bool TransferController::skip_empty_pass(int64_t end) {
  if (done() || burst_.bits > 0 || pass() >= end) return false;
  next_pass();
  return true;
}

void TransferController::take() {
  burst_.offset += burst_.bits;
  if (burst_.offset < burst_.operand_bits) {
    load_burst();
    return;
  }
  if (burst_.operand == Operand::weights) {
    open_operand(Operand::scales);
    if (burst_.bits > 0) return;
  }
  next_pass();
}

int64_t TransferController::words() const {
  const int64_t port = plan_.accelerator.glb.port_bits;
  const int64_t end = burst_.offset + burst_.bits;
  return (burst_.last ? (end + port - 1) / port : end / port) - burst_.offset / port;
}

void TransferController::visit(StateArchive& archive) {
  archive.cursor(cursor_);
  if (archive.reading() && !cursor_.done() && fill_ == Fill::filters)
    stream_ = filter_stream(plan_, cursor_.pass());
  burst_.visit(archive);
}

std::string TransferController::state() const {
  const std::string name = fill_ == Fill::inputs ? "transfer controller of inputs: " : "of weights: ";
  if (done()) return name + "all requested";
  const char* names[] = {"weights", "scales", "inputs"};
  return name + "pass " + std::to_string(burst_.pass) + ", " + names[static_cast<int>(burst_.operand)] +
         " from bit " + std::to_string(burst_.offset) + " of " + std::to_string(burst_.operand_bits);
}

}  // namespace eyeshift
