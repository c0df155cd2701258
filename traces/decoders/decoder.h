#pragma once

#include <optional>
#include <string>
#include <vector>

#include "traces/decoders/network_tensors.h"
#include "traces/decoders/operations.h"
#include "traces/network/network.h"

namespace eyeshift {

struct DecoderSizes {
  int64_t hidden = 0, feed_forward = 0, vocabulary = 0, positions = 0;
  AttentionShape attention;  // its count is the number of blocks
  bool tied = false;         // the output head is the table of tokens
  // The width of the tables of tokens where it is not the hidden size: a layer, a stage of its own, takes it
  // there before the blocks, and another one back behind them.
  std::optional<int64_t> projected;
  bool norms_follow = false;  // attention and feed-forward, and normalise the residual stream itself
};

// A decoder whose blocks add attention and then a feed-forward network to the residual stream, each of the
// normalised stream (or, where norms follow, each to a stream that is normalised then). A block has four
// stages: queries, keys and values; the attention's output; the first layers of the feed-forward network,
// one, or a gate and what it multiplies; its last one. What families have of their own is how tokens are
// embedded, how the first stage's outputs attend and the activation function.
class Decoder : public Network {
 public:
  // Not those of the attention's output, where a value is several heads' and so several inputs, nor the
  // residual stream. After a GELU without gate nothing can take the division over: there it is a
  // multiplication a value that nobody counts.
  bool can_divide_inputs(size_t stage) const final;
  State embed(const int32_t* tokens, int64_t count) const final;
  void advance(size_t stage, std::vector<Activations> outputs, State& state) const final;

 protected:
  // activation: of the first layer of the third stage, in place.
  Decoder(const std::string& name, const DecoderSizes& sizes, void (*activation)(Activations&));

  // The table of tokens, NAME.weight.
  void add_embeddings(const NetworkTensors& tensors, const std::string& name);
  // One of the two layers between the tables and the blocks, NAME [M, K] without a bias.
  void add_projection(const NetworkTensors& tensors, const std::string& name, int64_t K, int64_t M);
  // A block's.
  void add_norms(Norm attention, Norm feed_forward);
  // Layers that share their inputs, after those added before.
  void add_stage(const NetworkTensors& tensors, const std::vector<StoredLinear>& layers);
  // The last stage, from lm_head.weight or the table of tokens.
  void add_head(const NetworkTensors& tensors);

  // The residual stream before the first stage [count, hidden]; by itself the tokens' rows of the table. A
  // family whose tables are projected leaves the tokens out: the first stage adds them.
  virtual Activations embeddings(const int32_t* tokens, int64_t count) const;
  // From the outputs of a block's first stage [tokens, M] to the inputs of its second.
  virtual Activations attend(std::vector<Activations> projections) const = 0;

  DecoderSizes sizes_;
  EmbeddingTable token_table_;  // [vocabulary, hidden]
  Norm final_norm_;             // unless norms follow

 private:
  int64_t width_of_tables() const { return sizes_.projected.value_or(sizes_.hidden); }
  size_t first_block_stage() const { return sizes_.projected ? 1 : 0; }
  // The inputs of a block's first stage, or of what follows the blocks.
  Activations block_inputs(size_t block, const Activations& hidden) const;

  void (*activation_)(Activations&);
  std::vector<Norm> attention_norms_, feed_forward_norms_;  // by block
};

}  // namespace eyeshift
