#pragma once

#include <string>
#include <vector>

#include "traces/network/network.h"
#include "traces/network/network_tensors.h"
#include "traces/network/operations.h"

namespace eyeshift {

struct DecoderSizes {
  int64_t hidden = 0, feed_forward = 0, vocabulary = 0, positions = 0;
  AttentionShape attention;  // its count is the number of blocks
  bool tied = false;         // the output head is the table of tokens
};

// A decoder whose blocks add attention and then a feed-forward network to the residual stream, each of the
// normalised stream. A block has four stages: queries, keys and values; the attention's output; the first
// layers of the feed-forward network; its last one. What families have of their own is how tokens are
// embedded, how the first stage's outputs attend and what lies between the last two stages.
class Decoder : public Network {
 public:
  // Not those of the attention's output, where a value is several heads' and so several inputs.
  bool can_divide_inputs(size_t stage) const final;
  State embed(const int32_t* tokens, int64_t count) const final;
  void advance(size_t stage, std::vector<Activations> outputs, State& state) const final;

 protected:
  struct BlockNorms {
    Norm attention, feed_forward;
  };

  Decoder(const std::string& name, const DecoderSizes& sizes);

  // The table of tokens, NAME.weight.
  void add_embeddings(const NetworkTensors& tensors, const std::string& name);
  // Layers that share their inputs, after those added before.
  void add_stage(const NetworkTensors& tensors, const std::vector<StoredLinear>& layers);
  // The last stage, from lm_head.weight or the table of tokens.
  void add_head(const NetworkTensors& tensors);

  // [count, hidden]; by itself the tokens' rows of the table.
  virtual Activations embeddings(const int32_t* tokens, int64_t count) const;
  // From the outputs of a block's first stage [tokens, M] to the inputs of its second.
  virtual Activations attend(std::vector<Activations> projections) const = 0;
  // From the outputs of a block's third stage to the inputs of its fourth.
  virtual Activations activate(std::vector<Activations> outputs) const = 0;

  DecoderSizes sizes_;
  EmbeddingTable token_table_;  // [vocabulary, hidden]
  std::vector<BlockNorms> block_norms_;
  Norm final_norm_;
};

}  // namespace eyeshift
