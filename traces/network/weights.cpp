#include "traces/network/weights.h"

#include <atomic>
#include <mutex>
#include <utility>

namespace eyeshift {
namespace {

std::atomic<int64_t> bytes{0};

// A matrix that is counted as long as it lives.
struct Counted {
  explicit Counted(Activations values) : matrix(std::move(values)) { bytes += size(); }
  ~Counted() { bytes -= size(); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int64_t size() const { return matrix.size() * static_cast<int64_t>(sizeof(float)); }

  const Activations matrix;
};

Weights::Matrix counted(Activations values) {
  const auto owner = std::make_shared<const Counted>(std::move(values));
  return {owner, &owner->matrix};
}

}  // namespace

struct Weights::Shared {
  Read read;
  Matrix kept;
  std::mutex mutex;
  std::weak_ptr<const Activations> used;
};

Weights::Weights(Activations matrix) : shared_(std::make_shared<Shared>()) {
  shared_->kept = counted(std::move(matrix));
}

Weights::Weights(Read read) : shared_(std::make_shared<Shared>()) { shared_->read = std::move(read); }

Weights::Matrix Weights::use() const {
  if (shared_->kept) return shared_->kept;
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  Matrix matrix = shared_->used.lock();
  if (!matrix) shared_->used = matrix = counted(shared_->read());
  return matrix;
}

int64_t Weights::bytes_in_memory() { return bytes; }

}  // namespace eyeshift
