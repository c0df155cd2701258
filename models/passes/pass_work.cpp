#include "models/passes/pass_work.h"

#include <algorithm>

#include "base/integers.h"
#include "models/pe/arithmetic.h"

namespace eyeshift {
namespace {

// 16-bit words of `bits` sent in flits of `width`.
int64_t flit_words(int64_t bits, int64_t width) {
  return bits / width * words16(width) + words16(bits % width);
}

class Estimator {
 public:
  Estimator(const LayerGeometry& geometry, const Pass& pass, const PassWorks::PeWork& pe, PassWork& out)
      : g_(geometry), pass_(pass), pe_(pe), out_(out) {}

  void work() {
    const auto busy = [&](Bound bound) -> int64_t& { return out_.busy_cycles[static_cast<size_t>(bound)]; };
    busy(Bound::filter_noc) = filters();
    busy(Bound::input_noc) = pass_.holds_inputs ? 0 : inputs();
    if (!pass_.keeps_psums) psums(busy(Bound::psum_in_noc), busy(Bound::psum_out_noc));
    out_.actions.add(pe_.token, pass_.tokens);
    busy(Bound::compute) = pe_.token_cycles * pass_.tokens;
    busy(Bound::dram) = bursts() * g_.accelerator.dram.burst_bytes * 8 / g_.accelerator.dram.link_bits;
  }

 private:
  int64_t bursts() {
    const bool loads = !pass_.holds_weights;
    return count_bursts(loads ? pe_.stream.weights : 0, Action::dram_read_weights) +
           count_bursts(loads ? pe_.stream.scales : 0, Action::dram_read_scales) +
           count_bursts(pass_.load_bits, Action::dram_read_inputs) +
           count_bursts(pass_.store_bits, Action::dram_write_outputs);
  }

  int64_t count_bursts(int64_t bits, Action action) {
    const int64_t bytes = g_.accelerator.dram.burst_bytes;
    const int64_t bursts = divide_up(bits, bytes * 8);
    out_.actions[action] += bursts * bytes;
    return bursts;
  }

  int64_t filters() {
    if (pass_.holds_weights) return 0;
    const int64_t port = g_.accelerator.glb.port_bits;
    ActionCounts& n = out_.actions;
    n[Action::noc_filter_deliver_weights] += pe_.weight_words;
    n[Action::spad_filter_write_weights] += pe_.weight_words;
    n[Action::noc_filter_deliver_scales] += pe_.scale_words;
    n[Action::spad_filter_write_scales] += pe_.scale_words;
    for (const Action action : {Action::glb_filter_write_weights, Action::glb_filter_read_weights})
      n[action] += divide_up(pe_.stream.weights, port);
    for (const Action action : {Action::glb_filter_write_scales, Action::glb_filter_read_scales})
      n[action] += divide_up(pe_.stream.scales, port);
    return pe_.flits;
  }

  int64_t inputs() {
    const int64_t words = divide_up(g_.input_stream_bits(pass_), g_.accelerator.glb.port_bits);
    if (pass_.loads_inputs) out_.actions[Action::glb_shared_write_inputs] += words;
    out_.actions[Action::glb_shared_read_inputs] += words;
    const int64_t rows = pass_.tokens / pass_.row_tokens;
    int64_t flits = 0, delivered = 0;
    add_token_inputs(0, rows, flits, delivered);
    if (pass_.row_tokens > 1) add_token_inputs(1, pass_.tokens - rows, flits, delivered);
    if (g_.scale_bits_of_token(pass_) > 0) {
      flits += int64_t{pass_.tokens} * pass_.width;
      delivered += pass_.tokens * pass_.cols() * words16(g_.scale_bits_of_token(pass_));
    }
    out_.actions[Action::noc_input_deliver_inputs] += delivered;
    out_.actions[Action::spad_input_write_inputs] += delivered;
    return flits;
  }

  // The inputs of `tokens` tokens like this one. Each of a set's PEs takes one of its lines.
  void add_token_inputs(int token, int64_t tokens, int64_t& flits, int64_t& delivered) const {
    const int64_t inputs_a_flit = g_.accelerator.noc_bits.input / g_.input_bits;
    const int last = pass_.chain_sets() - 1;
    const auto add = [&](int set, int64_t sets) {
      for (int chunk = 0; chunk < pass_.chunks(token); ++chunk) {
        const int64_t inputs = pass_.chunk_inputs(set, token, chunk);
        flits += tokens * sets * pass_.set_lines() * divide_up(inputs, inputs_a_flit);
        delivered += tokens * sets * pass_.set_rows * pass_.cols() *
                     flit_words(inputs * g_.input_bits, inputs_a_flit * g_.input_bits);
      }
    };
    add(last, 1);
    if (last > 0) add(0, last);
  }

  void psums(int64_t& in_cycles, int64_t& out_cycles) {
    add_columns(pass_.sets - 1, pass_.width, in_cycles, out_cycles);
    if (pass_.sets > 1) add_columns(0, (pass_.sets - 1) * pass_.width, in_cycles, out_cycles);
  }

  // The partial sums of `columns` columns like this one.
  void add_columns(int col, int64_t columns, int64_t& in_cycles, int64_t& out_cycles) {
    const bool totals = g_.finishes && pass_.ends_group;
    const int64_t partials = g_.psums_of(pass_, col), outputs = pass_.outputs_of(col);
    const int64_t times = columns * pass_.tokens, word_bits = int64_t{g_.psum_word} * g_.psum_bits;
    const int64_t partial_words = flit_words(partials * g_.psum_bits, word_bits);
    const int64_t total_words = flit_words(outputs * g_.psum_bits, word_bits);
    ActionCounts& n = out_.actions;
    const int64_t in = (pass_.psum_in ? g_.partial_words(pass_, col) : 0) +
                       (pass_.total_in ? g_.total_words(pass_, col) : 0);
    in_cycles += times * in;
    n[Action::glb_shared_read_psums] += times * in;
    n[Action::noc_psum_in_deliver_psums] +=
        times * ((pass_.psum_in ? partial_words : 0) + (pass_.total_in ? total_words : 0));
    n[Action::noc_local_deliver_psums] += times * (pass_.rows - 1) * partials * words16(g_.psum_bits);
    if (pass_.output) {
      const int64_t out = times * g_.output_words(pass_, col);
      out_cycles += out;
      n[Action::glb_shared_write_outputs] += out;
      n[Action::glb_shared_read_outputs] += out;
      n[Action::noc_psum_out_deliver_outputs] +=
          times * flit_words(outputs * 16, int64_t{g_.output_word} * 16);
    } else {
      const int64_t out = times * (totals ? g_.total_words(pass_, col) : g_.partial_words(pass_, col));
      out_cycles += out;
      n[Action::glb_shared_write_psums] += out;
      n[Action::noc_psum_out_deliver_psums] += times * (totals ? total_words : partial_words);
    }
  }

  const LayerGeometry& g_;
  const Pass& pass_;
  const PassWorks::PeWork& pe_;
  PassWork& out_;
};

// What PEs receive and do, from the pass's tiles alone.
class PeEstimator {
 public:
  PeEstimator(const LayerGeometry& geometry, const Pass& pass) : g_(geometry), pass_(pass) {}

  PassWorks::PeWork work() {
    filters();
    compute();
    return out_;
  }

 private:
  void filters() {
    const int64_t width = g_.accelerator.noc_bits.filter;
    for (const FilterDelivery& delivery : g_.unit.deliveries(g_.encoding, g_.accelerator, pass_)) {
      const int64_t pes = int64_t{delivery.row_last - delivery.row_first + 1} *
                          (delivery.set_last - delivery.set_first + 1) * pass_.width;
      const bool weights = delivery.content == Content::weights;
      (weights ? out_.stream.weights : out_.stream.scales) += delivery.bits;
      (weights ? out_.weight_words : out_.scale_words) += pes * flit_words(delivery.bits, width);
      out_.flits += divide_up(delivery.bits, width);
    }
  }

  // Sets alike in their outputs and scales are counted together.
  void compute() {
    const bool alike = !scales_differ_by_place(g_.encoding);
    for (int set = 0; set < pass_.sets; ++set) {
      const bool last = set == pass_.sets - 1;
      const int sets = alike && !last ? pass_.sets - 1 : 1;
      const int64_t columns = int64_t{sets} * pass_.width;
      add_program(pass_.rows - 1, set, columns, pass_.set_rows);
      if (pass_.chain_sets() > 1) add_program(0, set, columns, pass_.rows - pass_.set_rows);
      set += sets - 1;
    }
  }

  // The work of `rows` PEs like this one in each of `columns` columns.
  void add_program(int row, int col, int64_t columns, int64_t rows) {
    const PeTile tile = pe_tile(g_.encoding, pass_, row, col);
    const Program program = g_.unit.program(g_.encoding, g_.accelerator, tile);
    int64_t cycles = 0;
    for (const Step& step : program.steps) {
      cycles += int64_t{program.groups} * step.cycles;
      out_.token.add(step.actions, rows * columns * program.groups);
    }
    if (!pass_.keeps_psums) {
      const bool finish = g_.finishes && pass_.ends_group && tile.top();
      if (finish) out_.token.add(program.finish, columns);
      cycles += int64_t{program.chain_psums} * (finish ? program.finish_cycles : 1);
    }
    out_.token_cycles = std::max(out_.token_cycles, cycles);
  }

  const LayerGeometry& g_;
  const Pass& pass_;
  PassWorks::PeWork out_;
};

}  // namespace

Bound PassWork::bound() const {
  return static_cast<Bound>(std::max_element(busy_cycles.begin(), busy_cycles.end()) - busy_cycles.begin());
}

int64_t PassWork::cycles_after_load() const {
  PassWork rest = *this;
  rest.busy_cycles[static_cast<size_t>(Bound::dram)] -= input_load_cycles;
  return input_load_cycles + rest.cycles();
}

PassWorks::PassWorks(const LayerGeometry& geometry)
    : geometry_(geometry), base_(time_base(geometry.accelerator)) {}

const PassWorks::PeWork& PassWorks::pe_work(const Pass& p) {
  const bool inputs_stay = p.holds_inputs || p.keeps_inputs;  // and tables of them, where all have room
  const Tiles tiles{p.rows,
                    p.set_rows,
                    p.q,
                    p.q_last,
                    p.sets,
                    p.width,
                    p.p,
                    p.p_last,
                    p.taps,
                    inputs_stay ? p.tokens : 0,
                    p.ends_group,
                    p.total_in,
                    (p.holds_inputs ? 1 : 0) + (p.keeps_inputs ? 2 : 0),
                    p.keeps_psums,
                    outputs_before_group_end(geometry_.encoding, p)};
  for (const auto& [known, work] : known_)
    if (known == tiles) return work;
  if (known_.size() == kMostKnown) known_.clear();
  known_.emplace_back(tiles, PeEstimator(geometry_, p).work());
  return known_.back().second;
}

PassWork PassWorks::of(const Pass& pass) {
  PassWork out;
  Estimator(geometry_, pass, pe_work(pass), out).work();
  int64_t& dram = out.busy_cycles[static_cast<size_t>(Bound::dram)];
  dram = dram * base_.dram_ticks / base_.core_ticks;
  out.input_load_cycles = out.actions[Action::dram_read_inputs] * 8 / geometry_.accelerator.dram.link_bits *
                          base_.dram_ticks / base_.core_ticks;
  return out;
}

}  // namespace eyeshift
