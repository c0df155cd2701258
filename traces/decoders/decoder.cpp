#include "traces/decoders/decoder.h"

#include <utility>

namespace eyeshift {

Decoder::Decoder(const std::string& name, const DecoderSizes& sizes, void (*activation)(Activations&))
    : sizes_(sizes), activation_(activation) {
  name_ = name;
  vocabulary_ = sizes.vocabulary;
  positions_ = sizes.positions;
  attention_ = sizes.attention;
}

void Decoder::add_embeddings(const NetworkTensors& tensors, const std::string& name) {
  token_table_ = tensors.table(name + ".weight", sizes_.vocabulary, width_of_tables());
}

void Decoder::add_projection(const NetworkTensors& tensors, const std::string& name, int64_t K, int64_t M) {
  add_stage(tensors, {{name, K, M, false}});
  layers_.back().stays_half = true;
}

void Decoder::add_norms(Norm attention, Norm feed_forward) {
  attention_norms_.push_back(std::move(attention));
  feed_forward_norms_.push_back(std::move(feed_forward));
}

void Decoder::add_stage(const NetworkTensors& tensors, const std::vector<StoredLinear>& layers) {
  stages_.emplace_back();
  for (const StoredLinear& layer : layers) {
    stages_.back().push_back(layers_.size());
    layers_.push_back(tensors.linear(layer));
  }
}

void Decoder::add_head(const NetworkTensors& tensors) {
  Linear head;
  head.stays_half = true;
  head.shape = {"lm_head", width_of_tables(), sizes_.vocabulary, 1};
  head.weights = sizes_.tied ? token_table_.weights()
                             : tensors.weights("lm_head.weight", sizes_.vocabulary, width_of_tables());
  stages_.push_back({layers_.size()});
  layers_.push_back(std::move(head));
}

Activations Decoder::embeddings(const int32_t* tokens, int64_t count) const {
  return token_table_.rows(tokens, count);
}

bool Decoder::can_divide_inputs(size_t stage) const {
  if (stage < first_block_stage()) return false;
  const size_t part = (stage - first_block_stage()) % 4;
  if (part == 1) return attention_.kv_heads == attention_.heads;
  return part == 3 || !sizes_.norms_follow;
}

Network::State Decoder::embed(const int32_t* tokens, int64_t count) const {
  State state;
  state.hidden = embeddings(tokens, count);
  state.inputs = sizes_.projected ? token_table_.rows(tokens, count) : block_inputs(0, state.hidden);
  return state;
}

Activations Decoder::block_inputs(size_t block, const Activations& hidden) const {
  if (sizes_.norms_follow) return hidden;
  return (block < attention_norms_.size() ? attention_norms_[block] : final_norm_)(hidden);
}

void Decoder::advance(size_t stage, std::vector<Activations> outputs, State& state) const {
  if (stage < first_block_stage()) {
    state.hidden += outputs.front();
    state.inputs = block_inputs(0, state.hidden);
    return;
  }
  stage -= first_block_stage();
  const size_t block = stage / 4;
  if (block == attention_norms_.size()) {
    state.inputs = std::move(outputs.front());
    return;
  }
  switch (stage % 4) {
    case 0:
      state.inputs = attend(std::move(outputs));
      break;
    case 1:
      state.hidden += outputs.front();
      if (sizes_.norms_follow) state.hidden = attention_norms_[block](state.hidden);
      state.inputs = sizes_.norms_follow ? state.hidden : feed_forward_norms_[block](state.hidden);
      break;
    case 2:
      activation_(outputs.front());
      if (outputs.size() > 1) outputs.front().array() *= outputs.back().array();
      state.inputs = std::move(outputs.front());
      break;
    default:
      state.hidden += outputs.front();
      if (sizes_.norms_follow) state.hidden = feed_forward_norms_[block](state.hidden);
      state.inputs = block_inputs(block + 1, state.hidden);
  }
}

}  // namespace eyeshift
