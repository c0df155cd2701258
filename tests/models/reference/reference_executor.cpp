#include "tests/models/reference/reference_executor.h"

#include <stdexcept>

#include "tests/models/reference/reference_units.h"

namespace eyeshift::testing {
namespace {

// What has been summed of one output of one token.
struct Progress {
  int64_t inputs = 0;                    // covered so far
  std::vector<std::vector<float>> held;  // sums that the PEs of a chain still hold, row by row
  std::vector<float> sums;               // of the group in progress; empty at its beginning
  float total = 0;
  bool has_total = false;
};

class Executor {
 public:
  Executor(const ReferenceUnit& unit, const ReferenceOperands& operands, const LayerShape& shape)
      : unit_(unit),
        operands_(operands),
        shape_(shape),
        progress_(static_cast<size_t>(operands.tokens() * shape.M)) {}

  void run(const Pass& pass) {
    const int64_t m_end = pass.m_begin + (pass.sets - 1) * pass.p + pass.p_last;
    for (int64_t group = 0; group < pass.width; ++group)
      for (int64_t token = 0; token < pass.tokens; ++token)
        for (int64_t m = pass.m_begin; m < m_end; ++m) run_output(pass, token_of(pass, group, token), m);
  }

  // [tokens, M], or of a convolution [images, M, E, E].
  std::vector<uint16_t> outputs() const {
    std::vector<uint16_t> halves(progress_.size());
    const int64_t pixels = shape_.positions();
    for (int64_t token = 0; token < operands_.tokens(); ++token) {
      for (int64_t m = 0; m < shape_.M; ++m) {
        const Progress& progress = progress_[static_cast<size_t>(token * shape_.M + m)];
        if (progress.inputs < operands_.K() || !progress.has_total)
          throw std::logic_error("a schedule leaves an output unfinished");
        halves[static_cast<size_t>((token / pixels * shape_.M + m) * pixels + token % pixels)] =
            bits_of(unit_.output(progress.total));
      }
    }
    return halves;
  }

 private:
  // The token of a group of columns: of a linear layer a part of its own, of a convolution a row of output
  // pixels of every image.
  int64_t token_of(const Pass& pass, int64_t group, int64_t token) const {
    if (!shape_.conv) return pass.token_begin + group * pass.tokens + token;
    const int64_t E = shape_.conv->E();
    if (pass.row_tokens != E) throw std::logic_error("a schedule's rows of pixels are not the layer's");
    return ((pass.token_begin + token / E) * E + pass.y_begin + group) * E + token % E;
  }

  void run_output(const Pass& pass, int64_t token, int64_t m) {
    Progress& progress = progress_.at(static_cast<size_t>(token * shape_.M + m));
    const int64_t taps = shape_.conv ? shape_.conv->R * shape_.conv->R : 1;
    const int64_t begin = pass.k_begin * taps;
    if (progress.inputs != begin) throw std::logic_error("a schedule's tiles of inputs are out of order");
    if (pass.holds_psums == progress.held.empty())
      throw std::logic_error("a schedule's PEs do not hold the partial sums that they should");
    if (progress.held.empty())
      progress.held.assign(static_cast<size_t>(pass.rows),
                           std::vector<float>(static_cast<size_t>(unit_.psums())));
    if (progress.held.size() != static_cast<size_t>(pass.rows))
      throw std::logic_error("a schedule's chain leaves partial sums behind");

    const std::vector<Half>& x = operands_.row(token, m);
    int64_t k = begin;
    for (int row = 0; row < pass.rows; ++row) {
      const bool last_set = row / pass.set_rows == pass.rows / pass.set_rows - 1;
      const int64_t k_end = k + (last_set ? pass.q_last : pass.q);
      unit_.accumulate(x, m, k, k_end, progress.held[static_cast<size_t>(row)]);
      k = k_end;
    }
    progress.inputs = k;
    if (!pass.keeps_psums) {
      chain(progress);
      end_group(progress, x, m, begin);
    } else if (ends_group(begin, k)) {
      throw std::logic_error("a schedule keeps partial sums beyond their group of inputs");
    }
  }

  // From row 0 up, behind what earlier passes left of the group.
  void chain(Progress& progress) const {
    for (const std::vector<float>& local : progress.held) {
      if (progress.sums.empty()) {
        progress.sums = local;
        continue;
      }
      for (size_t i = 0; i < local.size(); ++i) progress.sums[i] = unit_.add(progress.sums[i], local[i]);
    }
    progress.held.clear();
  }

  int64_t group() const { return unit_.group() > 0 ? unit_.group() : operands_.K(); }
  bool ends_group(int64_t begin, int64_t end) const {
    return end >= operands_.K() || end >= (begin / group() + 1) * group();
  }

  void end_group(Progress& progress, const std::vector<Half>& x, int64_t m, int64_t begin) const {
    if (!ends_group(begin, progress.inputs)) return;
    const int64_t index = begin / group();
    if (progress.inputs < operands_.K() && progress.inputs > (index + 1) * group())
      throw std::logic_error("a schedule's tile straddles groups of inputs");
    progress.total = unit_.finish(x, m, index, progress.sums, progress.has_total ? &progress.total : nullptr);
    progress.has_total = true;
    progress.sums.clear();
  }

  const ReferenceUnit& unit_;
  const ReferenceOperands& operands_;
  const LayerShape& shape_;
  std::vector<Progress> progress_;
};

}  // namespace

std::vector<uint16_t> execute_reference(const Layer& layer, const std::vector<uint16_t>& inputs,
                                        const Schedule& schedule, const AcceleratorConfig& accelerator) {
  const ReferenceOperands operands(layer, inputs, schedule);
  const auto unit = reference_unit(schedule.unit, layer, operands, accelerator);
  Executor executor(*unit, operands, layer.shape);
  for (PassCursor cursor(schedule); !cursor.done(); cursor.next()) executor.run(cursor.pass());
  return executor.outputs();
}

}  // namespace eyeshift::testing
