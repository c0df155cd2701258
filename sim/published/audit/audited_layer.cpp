#include "sim/published/audit/audited_layer.h"

#include <algorithm>

#include "base/errors.h"
#include "base/integers.h"
#include "sim/published/audit/published_counts.h"

namespace eyeshift {
namespace {

constexpr int kHalf_bits = 16;
constexpr int64_t kKey = 8;
constexpr int kTerm_bits = 8;

double real(int64_t number) { return static_cast<double>(number); }

// `bits` as so many words of `word`.
double in_words(int64_t bits, int64_t word) { return real(divide_up(bits, word) * word); }

// A mapping in the estimator's loops.
LoopTiling loops_of(const Mapping& mapping, const LoopBounds& bounds) {
  LoopTiling t;
  t.n0 = std::min(mapping.n, bounds.N);
  t.n3 = divide_up(bounds.N, mapping.n);
  t.m0 = std::min(mapping.p, bounds.M);
  t.m1 = mapping.t;
  t.m3 = divide_up(bounds.M, mapping.m);
  t.m2 = divide_up(divide_up(bounds.M, mapping.p * mapping.t), t.m3);
  t.c0 = mapping.q;
  t.c1 = mapping.r;
  t.c2 = divide_up(bounds.C, mapping.q * mapping.r);
  return t;
}

// Groups of rows with scales of their own that consecutive tiles of outputs touch, added up.
double touched_groups(int64_t outputs, int64_t tile, int64_t group_rows) {
  int64_t touched = 0;
  for (int64_t begin = 0; begin < outputs; begin += tile)
    touched += (std::min(begin + tile, outputs) - 1) / group_rows - begin / group_rows + 1;
  return real(touched);
}

class LayerAudit {
 public:
  LayerAudit(const AuditedLayer& layer, const AuditSwitches& on, const AcceleratorConfig& accelerator,
             Estimator& estimator)
      : layer_(layer),
        on_(on),
        accelerator_(accelerator),
        bounds_{layer.tokens, layer.shape.K, layer.shape.M},
        parts_(published_parts(layer, estimator)),
        keyed_(layer.scheme == "lut-gemm" || layer.scheme == "shiftaddllm"),
        block_scales_(layer.scheme == "shiftaddllm"),
        psum_bits_(accumulator_bits(accelerator.array.accumulator)) {
    tiling_ = on[AuditStep::mapping] ? loops_of(layer.mapping, bounds_) : published_tiling(layer, estimator);
    words_ = accesses(bounds_, tiling_);
  }

  AuditCounts counts() {
    if (on_[AuditStep::weight_traffic]) move_weights();
    if (on_[AuditStep::widths]) move_activations();
    if (on_[AuditStep::dequantization]) dequantize();
    if (on_[AuditStep::terms]) apply_scales();
    if (on_[AuditStep::additions]) add_up();
    if (on_[AuditStep::tables] && keyed_) build_tables();
    if (on_[AuditStep::mapping]) count_every_access();
    AuditCounts all;
    for (const AuditCounts* part : {&parts_.products, &parts_.build, &parts_.queries, &parts_.scales,
                                    &parts_.sums, &parts_.extras, &layer_part_})
      all.add_counts(*part);
    return all;
  }

 private:
  double keys() const { return real(bounds_.N) * real(bounds_.M) * real(divide_up(bounds_.C, kKey)); }
  double key_queries() const { return keys() * layer_.bits; }
  double macs() const { return words_.compute; }
  double row_scales() const {  // applications of a real scale to a complete sum
    return real(bounds_.N) * real(bounds_.M) * real(column_groups(layer_.encoding, bounds_.C));
  }
  // PEs, in all passes of a token, that hold a part of the outputs.
  double output_parts() const { return real(divide_up(bounds_.M, tiling_.m0)); }

  void move_weights() {
    const double stored = real(stored_bits(layer_.shape, layer_.encoding).total());
    PublishedPart& part = keyed_ ? parts_.scales : parts_.products;
    if (keyed_) {  // charged as its inputs (the sums that keys select) and weights (scales)
      part.dram_bits.inputs = part.noc_bits.inputs = 0;
      part.glb.inputs = {};
    }
    part.dram_bits.weights = part.noc_bits.weights = 0;
    layer_part_.dram_bits.weights = layer_part_.noc_bits.weights = real(tiling_.n3) * stored;
  }

  void move_activations() {
    for (PublishedPart* part : {&parts_.products, &parts_.build, &parts_.scales, &parts_.queries}) {
      part->dram_bits.inputs = part->dram_bits.outputs = 0;
      part->noc_bits.inputs = part->noc_bits.outputs = 0;
      part->glb = {};
    }
    parts_.build.dram_bits = parts_.build.noc_bits = {};
    layer_part_.dram_bits.inputs = words_.dram.inputs * kHalf_bits;
    layer_part_.dram_bits.outputs = words_.dram.outputs * kHalf_bits;
    layer_part_.glb.inputs.read = words_.glb.inputs * kHalf_bits;
    layer_part_.glb.outputs.read = layer_part_.glb.outputs.written = words_.glb.outputs / 2 * psum_bits_;
    layer_part_.noc_bits.inputs = words_.noc.inputs * kHalf_bits;
    layer_part_.noc_bits.outputs = words_.noc.outputs * psum_bits_;
    if (keyed_) return;
    parts_.products.rf.inputs.read = words_.rf.inputs * kHalf_bits;
    parts_.products.rf.outputs.read = parts_.products.rf.outputs.written = words_.rf.outputs / 2 * psum_bits_;
  }

  void dequantize() {
    if (layer_.scheme != "optq") return;
    parts_.products.dequantize = macs();
    parts_.products.scale_multiply = row_scales();
  }

  void apply_scales() {
    if (!keyed_) return;
    parts_.scales.rf = {};
    if (block_scales_) {
      parts_.scales.shift = key_queries() * layer_.encoding.terms;
      parts_.scales.rf.weights.read = parts_.scales.shift * kTerm_bits;
      return;
    }
    parts_.scales.multiply = 0;
    parts_.scales.scale_multiply = parts_.scales.add = row_scales() * layer_.bits;
  }

  void add_up() {
    PublishedPart& sums = parts_.sums;
    sums.rf = {};
    sums.noc_bits.outputs = 0;
    double psums = macs();
    if (keyed_) {
      const bool by_terms = block_scales_ && on_[AuditStep::terms];
      sums.add = key_queries() * (by_terms ? layer_.encoding.terms : 1);
      psums = block_scales_ ? keys() : key_queries();  // a block's sum stays in a register over its planes
    }
    sums.rf.outputs.read = sums.rf.outputs.written = psums * psum_bits_;
    parts_.products.rf.outputs = {};
  }

  void build_tables() {
    const bool adders = layer_.unit == "shift-add";
    const int entries = accelerator_.spad_words.lut >= 256 ? 256 : 128;
    constexpr int kFirstEntryAdds = 7;  // in place of the one that every other entry takes
    const double tables = real(bounds_.N) * real(divide_up(bounds_.C, kKey)) * output_parts();
    PublishedPart& build = parts_.build;
    build.multiply = build.add = 0;
    build.lut_add = adders ? 0 : tables * (entries - 1 + kFirstEntryAdds);
    build.lut_write = adders ? 0 : tables * entries;
    build.rf = {};
    build.rf.inputs.read = tables * kKey * kHalf_bits;
    build.noc_bits.outputs = 0;
    if (adders) parts_.queries.lut_query = 0;
    parts_.queries.key_add = adders ? key_queries() * real(kKey) : 0;
    parts_.queries.rf = {};
    parts_.queries.rf.weights.read = key_queries() * kKey;
    parts_.queries.noc_bits.outputs = 0;
  }

  // What a pass loads into, and takes out of, buffer and scratchpads; words as wide as ports.
  void count_every_access() {
    parts_.extras = {};  // the machine counts no biases and gates
    AuditCounts& all = layer_part_;
    const double N = real(bounds_.N), M = real(bounds_.M), O = N * M;
    const double c2 = real(tiling_.c2), chains = real(divide_up(bounds_.C, tiling_.c0));
    const double parts = output_parts();
    const int64_t p = tiling_.m0;
    const double psums_an_output = keyed_ && !block_scales_ ? layer_.bits : 1;
    add_scale_traffic();
    // Inputs that lie in the buffer as a whole are loaded once.
    if (tiling_.c2 == 1) all.dram_bits.inputs = N * real(bounds_.C) * kHalf_bits;
    all.noc_bits.inputs = N * real(bounds_.C) * parts * kHalf_bits;
    // Global buffer.
    all.glb.weights = {all.dram_bits.weights, all.dram_bits.weights};
    all.glb.inputs.written = all.dram_bits.inputs;
    const double port = accelerator_.glb.port_bits;
    const double psum_words =
        in_words(p * static_cast<int64_t>(psums_an_output) * psum_bits_, static_cast<int64_t>(port)) /
        real(p);
    const double output_words = in_words(p * kHalf_bits, static_cast<int64_t>(port)) / real(p);
    all.glb.outputs.read = all.glb.outputs.written = (c2 - 1) * O * psum_words + O * output_words;
    // Networks: from PE to PE, and between buffer and array.
    const double chain_bits = O * psums_an_output * psum_bits_;
    all.noc_bits.outputs = (chains - c2 + 2 * (c2 - 1)) * chain_bits + O * kHalf_bits;
    // Scratchpads.
    all.rf.inputs.written = all.noc_bits.inputs;
    all.rf.weights.written = all.noc_bits.weights;
    if (!keyed_) {
      const double steps = N * real(bounds_.C) * parts;
      parts_.products.rf.inputs.read = steps * kHalf_bits;
      parts_.products.rf.weights.read =
          steps * (in_words(p * layer_.bits, 16) + in_words(p * layer_.encoding.zero_bits, 16));
      parts_.products.rf.weights.written = 0;
    } else {
      const double steps = N * real(divide_up(bounds_.C, kKey)) * parts;
      parts_.queries.rf.weights.read = steps * in_words(p * layer_.bits * kKey, 16);
    }
    if (layer_.scheme == "optq" || (keyed_ && !block_scales_))
      all.rf.weights.read += row_scales() * (keyed_ ? layer_.bits : 1) * layer_.encoding.scale_bits;
    if (block_scales_) parts_.scales.rf.weights.read = block_scale_reads();
  }

  // Scales go where the outputs are that they belong to, zero points to every PE of a column in every pass.
  void add_scale_traffic() {
    const Encoding& encoding = layer_.encoding;
    const StoredBits stored = stored_bits(layer_.shape, encoding);
    const double n3 = real(tiling_.n3), weights = n3 * real(stored.weights);
    double dram = n3 * real(stored.scales), noc = dram;
    if (block_scales_) {
      const double bits = n3 * real(divide_up(bounds_.C, kKey)) * encoding.bits * encoding.terms * kTerm_bits;
      dram = bits * touched_groups(bounds_.M, tiling_.m0 * tiling_.m1, encoding.group_rows);
      noc = bits * touched_groups(bounds_.M, tiling_.m0, encoding.group_rows);
    }
    const double zeros = n3 * real(tiling_.c2) * real(bounds_.M) * encoding.zero_bits;
    layer_part_.dram_bits.weights = weights + dram + zeros;
    layer_part_.noc_bits.weights = weights + noc + zeros * real(tiling_.c1);
  }

  // Every PE reads its outputs' scales once a key and token.
  double block_scale_reads() const {
    const Encoding& encoding = layer_.encoding;
    double bits = 0;
    for (int64_t begin = 0; begin < bounds_.M; begin += tiling_.m0) {
      const int64_t end = std::min(begin + tiling_.m0, bounds_.M);
      const int64_t groups = (end - 1) / encoding.group_rows - begin / encoding.group_rows + 1;
      bits += in_words(groups * encoding.bits * encoding.terms * kTerm_bits, 16);
    }
    return real(bounds_.N) * real(divide_up(bounds_.C, kKey)) * bits;
  }

  const AuditedLayer& layer_;
  const AuditSwitches& on_;
  const AcceleratorConfig& accelerator_;
  LoopBounds bounds_;
  PublishedParts parts_;
  AuditCounts layer_part_;
  bool keyed_, block_scales_;
  int psum_bits_;
  LoopTiling tiling_;
  PerLevel words_;
};

struct NamedStep {
  const char* name;
  const char* meaning;
};
constexpr NamedStep kNames[kAuditSteps] = {
    {"arithmetic", "operations at the table's energies"},
    {"weight-traffic", "weights move at their stored bits, with their scales"},
    {"widths", "inputs and outputs move at 16 bits, partial sums at the accumulator's, once a layer"},
    {"dequantization", "codes become operands, sums are scaled"},
    {"terms", "a power-of-two scale is T shifts; a row's real scale is applied once a row"},
    {"additions", "an addition a plane and term, whose only memory is its partial sum"},
    {"tables", "a table is built in every PE that uses it, written and read; without, a key is 8 additions"},
    {"on-chip", "memories, networks and DRAM at the table's energies"},
    {"mapping", "the machine's mapping, every fill and drain of buffer and scratchpads"},
};

}  // namespace

std::string name_of(AuditStep step) { return kNames[static_cast<size_t>(step)].name; }
std::string meaning_of(AuditStep step) { return kNames[static_cast<size_t>(step)].meaning; }

AuditCounts audited_counts(const AuditedLayer& layer, const AuditSwitches& on,
                           const AcceleratorConfig& accelerator, Estimator& estimator) {
  return LayerAudit(layer, on, accelerator, estimator).counts();
}

}  // namespace eyeshift
