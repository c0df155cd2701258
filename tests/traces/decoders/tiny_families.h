#pragma once

#include "tests/traces/decoders/tiny_checkpoint.h"

namespace eyeshift::testing {

// Made-up checkpoints of 2 blocks and 128 positions, a vocabulary of 40, their tensors by Hugging Face's
// names and in the shapes that the configuration asks for once `changes` have replaced some of its keys.

// LLaMA, Mistral and Gemma (model_type): hidden size 20, 4 heads of 6, 2 of keys and values, no head stored.
TinyCheckpoint tiny_gated(const std::string& model_type, const nlohmann::json& changes = {});
// Hidden size 24, 4 heads.
TinyCheckpoint tiny_bloom(const nlohmann::json& changes = {});
TinyCheckpoint tiny_gpt2(const nlohmann::json& changes = {});
// TinyOpt: with projected embeddings or norms that follow where `changes` say so.
TinyCheckpoint tiny_opt(const nlohmann::json& changes = {});
// One of the above.
TinyCheckpoint tiny_family(const std::string& model_type, const nlohmann::json& changes = {});

}  // namespace eyeshift::testing
