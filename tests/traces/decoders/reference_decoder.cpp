#include "tests/traces/decoders/reference_decoder.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace eyeshift::testing {
namespace {

using Row = std::vector<double>;

// A checkpoint's tensors, read number by number.
class Reference {
 public:
  Reference(const TinyCheckpoint& checkpoint, const Tokens& tokens)
      : checkpoint_(checkpoint), tokens_(tokens), type_(text("model_type")) {
    if (type_ == "opt") {
      names_ = {"model.decoder.layers.",
                "self_attn_layer_norm",
                "final_layer_norm",
                "self_attn.out_proj",
                "fc2",
                "model.decoder.final_layer_norm",
                "model.decoder.embed_tokens"};
      heads_ = integer("num_attention_heads");
      blocks_ = integer("num_hidden_layers");
    } else if (type_ == "bloom") {
      names_ = {"transformer.h.",    "input_layernorm",  "post_attention_layernorm",   "self_attention.dense",
                "mlp.dense_4h_to_h", "transformer.ln_f", "transformer.word_embeddings"};
      heads_ = integer("n_head");
      blocks_ = integer("n_layer");
    } else if (type_ == "gpt2") {
      names_ = {"transformer.h.",   "ln_1",           "ln_2", "attn.c_proj", "mlp.c_proj",
                "transformer.ln_f", "transformer.wte"};
      heads_ = integer("n_head");
      blocks_ = integer("n_layer");
    } else {
      names_ = {"model.layers.", "input_layernorm", "post_attention_layernorm", "self_attn.o_proj",
                "mlp.down_proj", "model.norm",      "model.embed_tokens"};
      heads_ = integer("num_attention_heads");
      blocks_ = integer("num_hidden_layers");
    }
    kv_heads_ = integer("num_key_value_heads", heads_);
    norms_follow_ = !checkpoint.config.value("do_layer_norm_before", true);
    projected_ = checkpoint.tensors.count("model.decoder.project_in.weight") > 0;
  }

  ReferenceRun run() const {
    ReferenceRun done;
    Rows hidden = embed();
    if (projected_) {
      const Rows tokens = std::exchange(hidden, positions());
      done.states.push_back({hidden, tokens});
      add(hidden, linear("model.decoder.project_in", tokens));
    }
    for (size_t block = 0; block < blocks_; ++block) {
      const std::string prefix = names_.blocks + std::to_string(block) + ".";
      Rows inputs = norms_follow_ ? hidden : norm(prefix + names_.first_norm, hidden);
      done.states.push_back({hidden, inputs});
      inputs = attend(prefix, inputs);
      done.states.push_back({hidden, inputs});
      add(hidden, linear(prefix + names_.attention_output, inputs));
      if (norms_follow_) hidden = norm(prefix + names_.first_norm, hidden);
      inputs = norms_follow_ ? hidden : norm(prefix + names_.second_norm, hidden);
      done.states.push_back({hidden, inputs});
      inputs = feed_forward(prefix, inputs);
      done.states.push_back({hidden, inputs});
      add(hidden, linear(prefix + names_.feed_forward_output, inputs));
      if (norms_follow_) hidden = norm(prefix + names_.second_norm, hidden);
    }
    Rows inputs = norms_follow_ ? hidden : norm(names_.last_norm, hidden);
    if (projected_) {
      done.states.push_back({hidden, inputs});
      inputs = linear("model.decoder.project_out", inputs);
    }
    done.states.push_back({hidden, inputs});
    const bool stored = checkpoint_.tensors.count("lm_head.weight") > 0;
    done.logits = product(tensor((stored ? "lm_head" : names_.embedding) + ".weight"), inputs);
    return done;
  }

 private:
  struct Names {
    std::string blocks, first_norm, second_norm, attention_output, feed_forward_output, last_norm, embedding;
  };
  using Tensor = TinyCheckpoint::Tensor;

  std::string text(const char* key) const { return checkpoint_.config.at(key).get<std::string>(); }
  size_t integer(const char* key) const { return checkpoint_.config.at(key).get<size_t>(); }
  size_t integer(const char* key, size_t absent) const { return checkpoint_.config.value(key, absent); }
  const Tensor& tensor(const std::string& name) const { return checkpoint_.tensors.at(name); }

  static double at(const Tensor& matrix, size_t row, size_t column) {
    return static_cast<double>(matrix.values.at(row * static_cast<size_t>(matrix.shape.at(1)) + column));
  }

  static void add(Rows& sum, const Rows& other) {
    for (size_t t = 0; t < sum.size(); ++t)
      for (size_t i = 0; i < sum[t].size(); ++i) sum[t][i] += other[t][i];
  }

  static Rows product(const Tensor& weight, const Rows& inputs) {  // weight [M, K]
    Rows outputs;
    for (const Row& x : inputs) {
      Row y(static_cast<size_t>(weight.shape[0]), 0.0);
      for (size_t m = 0; m < y.size(); ++m)
        for (size_t k = 0; k < x.size(); ++k) y[m] += at(weight, m, k) * x[k];
      outputs.push_back(y);
    }
    return outputs;
  }

  Rows linear(const std::string& name, const Rows& inputs) const {
    Tensor weight = tensor(name + ".weight");
    if (type_ == "gpt2") {  // stored [K, M]
      const Tensor stored = weight;
      std::swap(weight.shape[0], weight.shape[1]);
      for (size_t k = 0; k < static_cast<size_t>(stored.shape[0]); ++k)
        for (size_t m = 0; m < static_cast<size_t>(stored.shape[1]); ++m)
          weight.values[m * static_cast<size_t>(stored.shape[0]) + k] = static_cast<float>(at(stored, k, m));
    }
    Rows outputs = product(weight, inputs);
    if (const auto bias = checkpoint_.tensors.find(name + ".bias"); bias != checkpoint_.tensors.end())
      for (Row& y : outputs)
        for (size_t m = 0; m < y.size(); ++m) y[m] += static_cast<double>(bias->second.values[m]);
    return outputs;
  }

  Rows norm(const std::string& name, const Rows& inputs) const {
    const auto& weight = tensor(name + ".weight").values;
    const bool shifted = checkpoint_.tensors.count(name + ".bias") > 0;
    const double epsilon = checkpoint_.config.value(shifted ? "layer_norm_epsilon" : "rms_norm_eps", 1e-5);
    Rows outputs;
    for (const Row& x : inputs) {
      const double size = static_cast<double>(x.size());
      double mean = 0, square = 0;
      if (shifted)
        for (const double value : x) mean += value / size;
      for (const double value : x) square += (value - mean) * (value - mean) / size;
      Row y;
      for (size_t i = 0; i < x.size(); ++i) {
        const double scale = static_cast<double>(weight[i]) + (type_ == "gemma" ? 1.0 : 0.0);
        y.push_back((x[i] - mean) / std::sqrt(square + epsilon) * scale);
        if (shifted) y.back() += static_cast<double>(tensor(name + ".bias").values[i]);
      }
      outputs.push_back(y);
    }
    return outputs;
  }

  Rows embed() const {
    Rows rows;
    for (size_t t = 0; t < tokens_.size(); ++t) {
      const Tensor& table = tensor(names_.embedding + ".weight");
      Row row;
      for (size_t i = 0; i < static_cast<size_t>(table.shape[1]); ++i) {
        row.push_back(at(table, static_cast<size_t>(tokens_[t]), i));
        if (type_ == "opt" && !projected_)
          row.back() += at(tensor("model.decoder.embed_positions.weight"), t + 2, i);
        if (type_ == "gpt2") row.back() += at(tensor("transformer.wpe.weight"), t, i);
        if (type_ == "gemma") row.back() *= std::sqrt(static_cast<double>(table.shape[1]));
      }
      rows.push_back(row);
    }
    return type_ == "bloom" ? norm("transformer.word_embeddings_layernorm", rows) : rows;
  }

  // OPT's alone.
  Rows positions() const {
    const Tensor& table = tensor("model.decoder.embed_positions.weight");
    Rows rows(tokens_.size());
    for (size_t t = 0; t < tokens_.size(); ++t)
      for (size_t i = 0; i < static_cast<size_t>(table.shape[1]); ++i) rows[t].push_back(at(table, t + 2, i));
    return rows;
  }

  // Head h of a part (0: q, 1: k, 2: v) of one token.
  Row head_of(const std::string& prefix, const std::vector<Rows>& projections, size_t token, size_t part,
              size_t head) const {
    const size_t width = projections.size() == 3 ? projections[0][0].size() : projections[0][0].size() / 3;
    const size_t size = width / heads_;
    Row values;
    for (size_t i = 0; i < size; ++i) {
      if (type_ == "bloom")
        values.push_back(projections[0][token][head * 3 * size + part * size + i]);
      else if (type_ == "gpt2")
        values.push_back(projections[0][token][part * width + head * size + i]);
      else
        values.push_back(projections[part][token][head * size + i]);
    }
    const bool rotated = prefix.rfind("model.layers.", 0) == 0 && part < 2;
    return rotated ? rotate(values, token) : values;
  }

  // As complex numbers, value i with value i + size / 2.
  Row rotate(Row values, size_t position) const {
    const size_t half = values.size() / 2;
    for (size_t i = 0; i < half; ++i) {
      const double angle = static_cast<double>(position) * frequency(i, values.size());
      const double x = values[i], y = values[i + half];
      values[i] = x * std::cos(angle) - y * std::sin(angle);
      values[i + half] = y * std::cos(angle) + x * std::sin(angle);
    }
    return values;
  }

  double frequency(size_t i, size_t head_dim) const {
    const nlohmann::json& config = checkpoint_.config;
    nlohmann::json rope =
        config.value("rope_parameters", config.value("rope_scaling", nlohmann::json::object()));
    const double theta = rope.value("rope_theta", config.value("rope_theta", 10000.0));
    const double plain = 1.0 / std::pow(theta, 2.0 * static_cast<double>(i) / static_cast<double>(head_dim));
    const std::string type = rope.value("rope_type", rope.value("type", "default"));
    if (type == "default") return plain;
    const double factor = rope.at("factor").get<double>();
    if (type == "linear") return plain / factor;
    const double low = rope.at("low_freq_factor").get<double>();
    const double high = rope.at("high_freq_factor").get<double>();
    const double original = rope.at("original_max_position_embeddings").get<double>();
    const double wavelength = 2 * M_PI / plain;
    if (wavelength < original / high) return plain;
    if (wavelength > original / low) return plain / factor;
    const double smooth = (original / wavelength - low) / (high - low);
    return (1 - smooth) * plain / factor + smooth * plain;
  }

  size_t first_seen(size_t token) const {
    size_t window = 0;
    if (type_ == "mistral")
      window = checkpoint_.config.contains("sliding_window") && checkpoint_.config["sliding_window"].is_null()
                   ? 0
                   : integer("sliding_window", 4096);
    return window == 0 || token + 1 <= window ? 0 : token + 1 - window;
  }

  Rows attend(const std::string& prefix, const Rows& inputs) const {
    std::vector<Rows> projections;
    if (type_ == "bloom")
      projections = {linear(prefix + "self_attention.query_key_value", inputs)};
    else if (type_ == "gpt2")
      projections = {linear(prefix + "attn.c_attn", inputs)};
    else
      for (const char* name : {"q_proj", "k_proj", "v_proj"})
        projections.push_back(linear(prefix + "self_attn." + name, inputs));
    const std::vector<double> slopes = reference_slopes(heads_);
    Rows outputs(inputs.size());
    for (size_t head = 0; head < heads_; ++head) {
      const size_t shared = head / (heads_ / kv_heads_);
      Rows q, k, v;
      for (size_t token = 0; token < inputs.size(); ++token) {
        q.push_back(head_of(prefix, projections, token, 0, head));
        k.push_back(head_of(prefix, projections, token, 1, shared));
        v.push_back(head_of(prefix, projections, token, 2, shared));
      }
      for (size_t i = 0; i < inputs.size(); ++i) {
        Row weights;
        double sum = 0;
        for (size_t j = first_seen(i); j <= i; ++j) {
          double score = 0;
          for (size_t n = 0; n < q[i].size(); ++n) score += q[i][n] * k[j][n];
          score /= std::sqrt(static_cast<double>(q[i].size()));
          if (type_ == "bloom") score += slopes[head] * static_cast<double>(j);
          weights.push_back(std::exp(score));
          sum += weights.back();
        }
        Row mixed(q[i].size(), 0.0);
        for (size_t j = first_seen(i); j <= i; ++j)
          for (size_t n = 0; n < mixed.size(); ++n) mixed[n] += weights[j - first_seen(i)] / sum * v[j][n];
        outputs[i].insert(outputs[i].end(), mixed.begin(), mixed.end());
      }
    }
    return outputs;
  }

  static double gelu_tanh(double x) {
    return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
  }

  Rows feed_forward(const std::string& prefix, const Rows& inputs) const {
    const bool gated = type_ == "llama" || type_ == "mistral" || type_ == "gemma";
    Rows values = linear(prefix + (type_ == "opt"     ? "fc1"
                                   : type_ == "bloom" ? "mlp.dense_h_to_4h"
                                   : type_ == "gpt2"  ? "mlp.c_fc"
                                                      : "mlp.gate_proj"),
                         inputs);
    for (Row& row : values)
      for (double& x : row)
        x = type_ == "opt"                           ? std::max(0.0, x)
            : type_ == "llama" || type_ == "mistral" ? x / (1 + std::exp(-x))
                                                     : gelu_tanh(x);
    if (!gated) return values;
    const Rows up = linear(prefix + "mlp.up_proj", inputs);
    for (size_t t = 0; t < values.size(); ++t)
      for (size_t i = 0; i < values[t].size(); ++i) values[t][i] *= up[t][i];
    return values;
  }

  const TinyCheckpoint& checkpoint_;
  const Tokens& tokens_;
  std::string type_;
  Names names_;
  size_t heads_ = 0, kv_heads_ = 0, blocks_ = 0;
  bool norms_follow_ = false, projected_ = false;
};

}  // namespace

ReferenceRun run_reference(const TinyCheckpoint& checkpoint, const Tokens& tokens) {
  return Reference(checkpoint, tokens).run();
}

std::vector<double> reference_slopes(size_t heads) {
  size_t power = 1;
  while (power * 2 <= heads) power *= 2;
  std::vector<double> slopes;
  const double start = std::pow(2.0, -std::pow(2.0, -(std::log2(static_cast<double>(power)) - 3)));
  for (size_t i = 0; i < power; ++i) slopes.push_back(start * std::pow(start, static_cast<double>(i)));
  if (power == heads) return slopes;
  const std::vector<double> finer = reference_slopes(2 * power);
  for (size_t i = 0; slopes.size() < heads; i += 2) slopes.push_back(finer[i]);
  return slopes;
}

}  // namespace eyeshift::testing
