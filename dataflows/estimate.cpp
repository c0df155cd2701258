#include "dataflows/estimate.h"

#include <algorithm>

#include "models/units/arithmetic.h"
#include "traces/format/integers.h"

namespace eyeshift {
namespace {

// 16-bit words of `bits` sent in flits of `width`.
int64_t flit_words(int64_t bits, int64_t width) {
  return bits / width * words16(width) + words16(bits % width);
}

// One pass's actions and the cycles of its resources.
struct PassEstimate {
  ActionCounts actions;
  int64_t cycles = 0;
};

class PassEstimator {
 public:
  PassEstimator(const LayerGeometry& geometry, const Pass& pass) : g_(geometry), pass_(pass) {}

  PassEstimate estimate() {
    const TimeBase base = time_base(g_.accelerator);
    const int64_t beats = bursts() * g_.accelerator.dram.burst_bytes * 8 / g_.accelerator.dram.link_bits;
    const int64_t dram = beats * base.dram_ticks / base.core_ticks;
    const int64_t filter = filters();
    const int64_t input = inputs();
    const int64_t psum = psums();
    const int64_t work = compute();
    out_.cycles = std::max({dram, filter, input, psum, work});
    return out_;
  }

 private:
  int64_t bursts() {
    const FilterStream stream = filter_stream(g_, pass_);
    const int64_t weights = count_bursts(stream.weights, Action::dram_read_weights);
    const int64_t scales = count_bursts(stream.scales, Action::dram_read_scales);
    const int64_t loads =
        pass_.loads_inputs ? count_bursts(g_.input_stream_bits(pass_), Action::dram_read_inputs) : 0;
    const int64_t stores = pass_.output ? count_bursts(int64_t{pass_.tokens} * pass_.tile_outputs() * 16,
                                                       Action::dram_write_outputs)
                                        : 0;
    return weights + scales + loads + stores;
  }

  int64_t count_bursts(int64_t bits, Action action) {
    const int64_t bytes = g_.accelerator.dram.burst_bytes;
    const int64_t bursts = divide_up(bits, bytes * 8);
    out_.actions[action] += bursts * bytes;
    return bursts;
  }

  int64_t filters() {
    const int64_t width = g_.accelerator.noc_bits.filter, port = g_.accelerator.glb.port_bits;
    const FilterStream stream = filter_stream(g_, pass_);
    out_.actions[Action::glb_filter_write_weights] += divide_up(stream.weights, port);
    out_.actions[Action::glb_filter_read_weights] += divide_up(stream.weights, port);
    out_.actions[Action::glb_filter_write_scales] += divide_up(stream.scales, port);
    out_.actions[Action::glb_filter_read_scales] += divide_up(stream.scales, port);
    int64_t flits = 0;
    for (const FilterDelivery& delivery : g_.unit.deliveries(g_.encoding, g_.accelerator, pass_)) {
      const int64_t pes =
          int64_t{delivery.row_last - delivery.row_first + 1} * (delivery.col_last - delivery.col_first + 1);
      const int64_t words = pes * flit_words(delivery.bits, width);
      const bool weights = delivery.content == Content::weights;
      out_.actions[weights ? Action::noc_filter_deliver_weights : Action::noc_filter_deliver_scales] += words;
      out_.actions[weights ? Action::spad_filter_write_weights : Action::spad_filter_write_scales] += words;
      flits += divide_up(delivery.bits, width);
    }
    return flits;
  }

  int64_t inputs() {
    const int64_t port = g_.accelerator.glb.port_bits;
    const int64_t words = divide_up(g_.input_stream_bits(pass_), port);
    if (pass_.loads_inputs) out_.actions[Action::glb_shared_write_inputs] += words;
    out_.actions[Action::glb_shared_read_inputs] += words;
    const int64_t inputs_a_flit = g_.accelerator.noc_bits.input / g_.input_bits;
    int64_t flits = g_.scale_bits_of_token(pass_) > 0 ? 1 : 0;
    int64_t delivered = words16(g_.scale_bits_of_token(pass_));
    for (int row = 0; row < pass_.rows; ++row) {
      for (int chunk = 0; chunk < pass_.input_chunks(); ++chunk) {
        const int64_t inputs = pass_.chunk_inputs(row, chunk);
        flits += divide_up(inputs, inputs_a_flit);
        delivered += flit_words(inputs * g_.input_bits, inputs_a_flit * g_.input_bits);
      }
    }
    out_.actions[Action::noc_input_deliver_inputs] += pass_.tokens * pass_.cols * delivered;
    out_.actions[Action::spad_input_write_inputs] += pass_.tokens * pass_.cols * delivered;
    return pass_.tokens * flits;
  }

  int64_t psums() {
    int64_t in = 0, out = 0, in_words = 0, out_words = 0;
    const bool totals = g_.finishes && pass_.ends_group;
    for (int col = 0; col < pass_.cols; ++col) {
      const int64_t partials = g_.psums_of(pass_, col), outputs = pass_.outputs_of(col);
      if (pass_.psum_in) {
        in += g_.partial_words(pass_, col);
        in_words += flit_words(partials * g_.psum_bits, int64_t{g_.psum_word} * g_.psum_bits);
      }
      if (pass_.total_in) {
        in += g_.total_words(pass_, col);
        in_words += flit_words(outputs * g_.psum_bits, int64_t{g_.psum_word} * g_.psum_bits);
      }
      if (pass_.output) {
        out += g_.output_words(pass_, col);
        out_words += flit_words(outputs * 16, int64_t{g_.output_word} * 16);
      } else {
        out += totals ? g_.total_words(pass_, col) : g_.partial_words(pass_, col);
        out_words +=
            flit_words((totals ? outputs : partials) * g_.psum_bits, int64_t{g_.psum_word} * g_.psum_bits);
      }
      out_.actions[Action::noc_local_deliver_psums] +=
          pass_.tokens * (pass_.rows - 1) * partials * words16(g_.psum_bits);
    }
    out_.actions[Action::glb_shared_read_psums] += pass_.tokens * in;
    out_.actions[Action::noc_psum_in_deliver_psums] += pass_.tokens * in_words;
    if (pass_.output) {
      out_.actions[Action::glb_shared_write_outputs] += pass_.tokens * out;
      out_.actions[Action::glb_shared_read_outputs] += pass_.tokens * out;
      out_.actions[Action::noc_psum_out_deliver_outputs] += pass_.tokens * out_words;
    } else {
      out_.actions[Action::glb_shared_write_psums] += pass_.tokens * out;
      out_.actions[Action::noc_psum_out_deliver_psums] += pass_.tokens * out_words;
    }
    return pass_.tokens * std::max(in, out);
  }

  int64_t compute() {
    int64_t longest = 0;
    const int top = pass_.rows - 1;
    for (int col = 0; col < pass_.cols; ++col) {
      longest = std::max(longest, pass_.tokens * add_program(pe_tile(g_.encoding, pass_, top, col), 1));
      if (top > 0)
        longest = std::max(longest, pass_.tokens * add_program(pe_tile(g_.encoding, pass_, 0, col), top));
    }
    return longest;
  }

  // Adds the work of `pes` equal PEs; returns the cycles of a token.
  int64_t add_program(const PeTile& tile, int64_t pes) {
    const Program program = g_.unit.program(g_.encoding, g_.accelerator, tile);
    int64_t cycles = 0;
    for (const Step& step : program.steps) {
      cycles += program.groups * step.cycles;
      out_.actions.add(step.actions, pes * pass_.tokens * program.groups);
    }
    const bool finish = g_.finishes && pass_.ends_group && tile.top();
    if (finish) out_.actions.add(program.finish, pass_.tokens);
    return cycles + program.chain_psums * (finish ? program.finish_cycles : 1);
  }

  const LayerGeometry& g_;
  const Pass& pass_;
  PassEstimate out_;
};

}  // namespace

MappingEstimate estimate(const LayerGeometry& geometry, const Schedule& schedule, const Mapping& mapping) {
  MappingEstimate total;
  total.mapping = mapping;
  for (const PassRun& run : schedule.runs) {
    // Passes of a run may touch different groups of outputs and load inputs or not: as many estimates as
    // there are kinds.
    const bool alike = geometry.encoding.group_rows == 1;
    for (int64_t i = 0; i < run.count; ++i) {
      Pass pass = run.pass;
      pass.m_begin += i * run.m_step;
      pass.loads_inputs = run.pass.loads_inputs && i == 0;
      const int64_t times = alike && i > 0 ? run.count - i : 1;
      const PassEstimate one = PassEstimator(geometry, pass).estimate();
      total.actions.add(one.actions, times);
      total.cycles += one.cycles * times;
      i += times - 1;
    }
  }
  return total;
}

}  // namespace eyeshift
