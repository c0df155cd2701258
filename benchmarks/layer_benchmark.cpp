#include <benchmark/benchmark.h>

#include <Eigen/Cholesky>
#include <utility>
#include <vector>

#include "traces/layers/gram.h"
#include "traces/quantizers/feedback/error_feedback.h"
#include "traces/quantizers/feedback/hessian.h"
#include "traces/quantizers/quantizer.h"

namespace eyeshift {
namespace {

constexpr int64_t kInputs = 4096, kOutputs = 4096, kTokens = 2048, kWindow = 512;

// One layer [4096, 4096] at 3 bits and 2048 calibration tokens, as of a network of 7 billion weights.
struct Problem {
  Eigen::MatrixXd W;
  std::vector<Network::State> windows;

  Problem() {
    std::srand(1);
    W = Eigen::MatrixXd::Random(kOutputs, kInputs);
    for (int64_t first = 0; first < kTokens; first += kWindow) {
      windows.emplace_back();
      windows.back().inputs = Activations::Random(kWindow, kInputs);
    }
  }
};

const Problem& problem() {
  static const Problem data;
  return data;
}

// X X^T and the quantization, on state.range(0) threads.
void quantize_4096(benchmark::State& state, const std::string& scheme) {
  const Quantizer& quantizer = Registry<Quantizer>::instance().find(scheme, "scheme");
  QuantizeOptions options;
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    const Calibration calibration{gram_of_inputs(problem().windows, options.threads), kTokens};
    benchmark::DoNotOptimize(
        quantizer.quantize({"layer", kInputs, kOutputs, 1}, problem().W, calibration, options));
  }
}
BENCHMARK_CAPTURE(quantize_4096, gptq, "gptq")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(quantize_4096, shiftaddllm_block, "shiftaddllm-block")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);

// Rounds to multiples of a step: next to no work beside the updates.
class StepCoder : public ColumnCoder {
 public:
  void begin_group(int64_t, int64_t, const Eigen::Ref<const Eigen::MatrixXd>&) override {}
  void code_column(int64_t, int64_t, Eigen::Ref<Eigen::VectorXd> weights) override {
    weights = (8 * weights).array().round() / 8;
  }
};

// The updates of later columns by the errors of the coded ones, on state.range(0) threads.
void column_updates_4096(benchmark::State& state) {
  const auto threads = static_cast<int>(state.range(0));
  const LayerShape shape{"layer", kInputs, kOutputs, 1};
  const DampedHessian hessian = damped_hessian(shape, {gram_of_inputs(problem().windows, threads), kTokens});
  const ColumnOrder order = natural_order(kInputs, kInputs);
  const Eigen::MatrixXd feedback = feedback_matrix(shape, hessian.H, order, threads);
  StepCoder coder;
  for (auto _ : state) {
    state.PauseTiming();
    Eigen::MatrixXd W = problem().W;
    state.ResumeTiming();
    code_with_feedback(std::move(W), feedback, order, &coder, threads);
  }
}
BENCHMARK(column_updates_4096)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kSecond);

// What GPTQ cannot do without, by Eigen on one thread: X X^T in single precision, H's Cholesky factor and its
// inverse, and the product of all errors with that triangle.
void products_and_factorisation_4096(benchmark::State& state) {
  for (auto _ : state) {
    Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(kInputs, kInputs);
    for (const Network::State& window : problem().windows)
      gram.selfadjointView<Eigen::Lower>().rankUpdate(window.inputs.transpose());
    Eigen::MatrixXd H = gram.cast<double>().selfadjointView<Eigen::Lower>();
    H.diagonal().array() += 0.01 * H.diagonal().mean();
    const Eigen::LLT<Eigen::MatrixXd> cholesky(H);
    const Eigen::MatrixXd inverse = cholesky.matrixL().solve(Eigen::MatrixXd::Identity(kInputs, kInputs));
    const Eigen::MatrixXd updates = problem().W * inverse.triangularView<Eigen::Lower>();
    benchmark::DoNotOptimize(updates.data());
  }
}
BENCHMARK(products_and_factorisation_4096)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace eyeshift
