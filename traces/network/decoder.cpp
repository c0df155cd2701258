#include "traces/network/decoder.h"

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
  token_table_ = tensors.table(name + ".weight", sizes_.vocabulary, sizes_.hidden);
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
  head.shape = {"lm_head", sizes_.hidden, sizes_.vocabulary, 1};
  head.weights = sizes_.tied ? token_table_.weights()
                             : tensors.weights("lm_head.weight", sizes_.vocabulary, sizes_.hidden);
  stages_.push_back({layers_.size()});
  layers_.push_back(std::move(head));
}

Activations Decoder::embeddings(const int32_t* tokens, int64_t count) const {
  return token_table_.rows(tokens, count);
}

bool Decoder::can_divide_inputs(size_t stage) const {
  return stage % 4 != 1 || attention_.kv_heads == attention_.heads;
}

Network::State Decoder::embed(const int32_t* tokens, int64_t count) const {
  State state;
  state.hidden = embeddings(tokens, count);
  state.inputs = attention_norms_.front()(state.hidden);
  return state;
}

void Decoder::advance(size_t stage, std::vector<Activations> outputs, State& state) const {
  const size_t block = stage / 4;
  switch (stage % 4) {
    case 0:
      state.inputs = attend(std::move(outputs));
      break;
    case 1:
      state.hidden += outputs.front();
      state.inputs = feed_forward_norms_[block](state.hidden);
      break;
    case 2:
      activation_(outputs.front());
      if (outputs.size() > 1) outputs.front().array() *= outputs.back().array();
      state.inputs = std::move(outputs.front());
      break;
    default:
      state.hidden += outputs.front();
      state.inputs =
          (block + 1 < attention_norms_.size() ? attention_norms_[block + 1] : final_norm_)(state.hidden);
  }
}

}  // namespace eyeshift
