// LLaMA 1, 2 and 3 (Touvron et al., 2023; Grattafiori et al., 2024) as transformers' LlamaForCausalLM
// computes them.

#include "traces/decoders/family.h"
#include "traces/decoders/gated_decoder.h"

namespace eyeshift {
namespace {

class LlamaFamily : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                const Checkpoint& checkpoint) const override {
    config.require_text("hidden_act", "silu", "silu");
    GatedDecoderConfig read = read_gated_decoder(config, {2048, false});
    read.attention_bias = config.boolean("attention_bias", false);
    read.feed_forward_bias = config.boolean("mlp_bias", false);
    return load_gated_decoder(name, read, checkpoint);
  }
};

const Registration<NetworkFamily, LlamaFamily> llama_registration("llama");

}  // namespace
}  // namespace eyeshift
