// Gemma (Mesnard et al., 2024) as transformers' GemmaForCausalLM computes it: a LLaMA with GeGLU, norms whose
// weights are stored less 1, and embeddings scaled by the square root of their width.

#include <cmath>

#include "traces/decoders/family.h"
#include "traces/decoders/gated_decoder.h"

namespace eyeshift {
namespace {

class GemmaFamily : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                const Checkpoint& checkpoint) const override {
    // transformers read hidden_activation, and reads hidden_act now: neither may ask for anything else. The
    // first Gemma's hidden_act says "gelu", but the networks were trained with its approximation.
    config.require_text("hidden_activation", "gelu_pytorch_tanh", "gelu_pytorch_tanh");
    if (config.text("hidden_act", "gelu") != "gelu")
      config.require_text("hidden_act", "gelu_pytorch_tanh", "gelu_pytorch_tanh");
    config.require_boolean("use_bidirectional_attention", false, false);
    GatedDecoderConfig read = read_gated_decoder(config, {8192, true, 16, 256});
    read.activation = gelu_tanh;
    read.attention_bias = config.boolean("attention_bias", false);
    read.norm_offset = 1;
    read.embedding_scale = std::sqrt(static_cast<float>(read.sizes.hidden));
    return load_gated_decoder(name, read, checkpoint);
  }
};

const Registration<NetworkFamily, GemmaFamily> gemma_registration("gemma");

}  // namespace
}  // namespace eyeshift
