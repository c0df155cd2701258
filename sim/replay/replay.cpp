#include "sim/replay/replay.h"

#include <chrono>
#include <cstring>

#include "base/child_processes.h"
#include "base/errors.h"
#include "dataflows/dataflow.h"
#include "dataflows/feature_map_code.h"
#include "models/machine/machine.h"
#include "models/passes/layer_geometry.h"
#include "sim/replay/look.h"
#include "sim/values/layer_image.h"

namespace eyeshift {
namespace {

template <typename Value>
void append(std::string& bytes, const Value& value) {
  static_assert(std::is_trivially_copyable_v<Value>);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename Value>
void append(std::string& bytes, const std::vector<Value>& values) {
  static_assert(std::is_trivially_copyable_v<Value>);
  append(bytes, values.size());
  if (!values.empty())
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
}

void append(std::string& bytes, const std::string& text) {
  append(bytes, text.size());
  bytes += text;
}

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}

  template <typename Value>
  void read(Value& value) {
    copy(&value, sizeof value);
  }

  template <typename Value>
  void read(std::vector<Value>& values) {
    size_t size = 0;
    read(size);
    values.resize(size);
    copy(values.data(), size * sizeof(Value));
  }

  void read(std::string& text) {
    size_t size = 0;
    read(size);
    text.resize(size);
    copy(text.data(), size);
  }

 private:
  void copy(void* to, size_t size) {
    if (at_ + size > bytes_.size()) throw InternalError("a child process sent less than a result");
    if (size > 0) std::memcpy(to, bytes_.data() + at_, size);
    at_ += size;
  }

  const std::string& bytes_;
  size_t at_ = 0;
};

std::string to_bytes(const ReplayResult& replayed) {
  std::string bytes;
  LayerResult::visit(replayed.result, [&](const char*, const auto& value) { append(bytes, value); });
  append(bytes, replayed.outputs);
  append(bytes, replayed.coded_inputs);
  append(bytes, replayed.wall_s);
  append(bytes, replayed.notes);
  return bytes;
}

ReplayResult from_bytes(const std::string& bytes) {
  ReplayResult replayed;
  Reader reader(bytes);
  LayerResult::visit(replayed.result, [&](const char*, auto& value) { reader.read(value); });
  reader.read(replayed.outputs);
  reader.read(replayed.coded_inputs);
  reader.read(replayed.wall_s);
  reader.read(replayed.notes);
  return replayed;
}

ReplayResult replay_one(const AcceleratorConfig& accelerator, const ReplayJob& job) {
  const auto start = std::chrono::steady_clock::now();
  const Dataflow& dataflow = Registry<Dataflow>::instance().find(job.dataflow, "dataflow");
  const Schedule schedule =
      dataflow.schedule(job.shape, job.encoding, job.tokens, accelerator, job.unit, job.mapping);
  ReplayResult replayed;
  if (job.look.asked()) {
    replayed.result = run_and_look(accelerator, schedule, job.fast_forward, job.look, replayed.notes);
  } else if (job.layer == nullptr) {
    replayed.result = run_machine(accelerator, schedule, nullptr, job.fast_forward);
  } else {
    const LayerGeometry geometry(accelerator, job.shape, job.encoding, job.unit);
    LayerImage image(geometry, *job.layer, *job.inputs, job.tokens);
    if (job.outputs == nullptr) {
      replayed.result = run_machine(accelerator, schedule, &image);
      replayed.outputs = image.outputs();
      replayed.coded_inputs = image.coded_inputs();
    } else {
      const Schedule coded = with_coded_lengths(schedule, geometry, {image.coded_inputs(), *job.outputs});
      replayed.result = run_machine(accelerator, coded, nullptr, job.fast_forward);
    }
  }
  replayed.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return replayed;
}

}  // namespace

std::vector<ReplayResult> replay(const std::vector<MachineJob>& jobs, int parallel,
                                 void (*on_done)(void* context, size_t index), void* context) {
  std::vector<ReplayResult> results(jobs.size());
  run_in_children(
      jobs.size(), parallel,
      [&](size_t index) { return "simulating layer '" + jobs[index].job->shape.name + "'"; },
      [&](size_t index) { return to_bytes(replay_one(*jobs[index].accelerator, *jobs[index].job)); },
      [&](size_t index, const std::string& bytes) {
        results[index] = from_bytes(bytes);
        if (on_done != nullptr) on_done(context, index);
      });
  return results;
}

std::vector<ReplayResult> replay(const AcceleratorConfig& accelerator, const std::vector<ReplayJob>& jobs,
                                 int parallel) {
  std::vector<MachineJob> placed;
  for (const ReplayJob& job : jobs) placed.push_back({&accelerator, &job});
  return replay(placed, parallel);
}

}  // namespace eyeshift
