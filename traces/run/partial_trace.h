#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "traces/format/trace_file.h"
#include "traces/run/layer_store.h"
#include "traces/run/partial_folder.h"

namespace eyeshift {

// A trace in the making, on disk: OUTPUT.partial/ holds a small trace a stage, and what is known of
// sensitivities. Memory holds none of it.
class PartialTrace : public LayerStore {
 public:
  // As PartialFolder's; stages that an earlier run has finished are held at once. One that is damaged is
  // not, and `warn` is told.
  PartialTrace(const std::filesystem::path& output, const nlohmann::json& job, bool restart,
               const std::function<void(const std::string&)>& warn);

  const std::filesystem::path& folder() const { return folder_.path(); }
  // Number of layers that are held.
  size_t layers() const;

  bool holds(size_t stage) const override { return parts_.count(stage) > 0; }
  // Throws std::runtime_error where it cannot be written: what is finished stays.
  void keep(size_t stage, std::vector<Layer> layers) override;
  std::vector<Layer> descriptions(size_t stage) const override;
  std::shared_ptr<const Layer> layer(size_t stage, size_t place) const override;
  std::optional<std::vector<LayerSensitivity>> sensitivities(size_t stage) const override;
  void keep_sensitivities(size_t stage, const std::vector<LayerSensitivity>& layers) override;

  // Writes the trace of all stages, in their order, to the output, and removes the folder.
  void finish(const Trace& description);
  // Removes the folder: nothing is left of the run.
  void discard() { folder_.remove(); }

 private:
  struct Part {
    std::unique_ptr<const TraceFile> file;
    std::vector<double> time_s;  // by layer
  };

  // Throws InputError where it is damaged.
  Part open(size_t stage) const;

  std::filesystem::path output_;
  PartialFolder folder_;
  std::map<size_t, Part> parts_;
};

}  // namespace eyeshift
