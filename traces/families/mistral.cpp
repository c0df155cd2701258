// Mistral (Jiang et al., 2023) as transformers' MistralForCausalLM computes it: a LLaMA whose tokens attend
// the last sliding_window positions only.

#include "traces/decoders/family.h"
#include "traces/decoders/gated_decoder.h"

namespace eyeshift {
namespace {

class MistralFamily : public NetworkFamily {
 public:
  std::unique_ptr<Network> load(const std::string& name, const ModelConfig& config,
                                const Checkpoint& checkpoint) const override {
    constexpr int64_t kWindowWhereAbsent = 4096;
    config.require_text("hidden_act", "silu", "silu");
    GatedDecoderConfig read = read_gated_decoder(config, {131072, false, 8});
    // Absent is transformers' default, null is no window.
    read.sizes.attention.window =
        config.size("sliding_window", config.is_null("sliding_window") ? 0 : kWindowWhereAbsent);
    return load_gated_decoder(name, read, checkpoint);
  }
};

const Registration<NetworkFamily, MistralFamily> mistral_registration("mistral");

}  // namespace
}  // namespace eyeshift
