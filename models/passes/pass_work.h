#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/passes/layer_geometry.h"
#include "models/types/action_counts.h"
#include "models/types/result.h"
#include "models/types/schedule.h"

namespace eyeshift {

// What a pass gives each resource to do, derived from the pass alone: how many core cycles it keeps each of
// them busy, and how often each action will happen.
struct PassWork {
  std::array<int64_t, kBounds> busy_cycles{};  // by Bound
  int64_t input_load_cycles = 0;               // of the link's, those in which its inputs come from DRAM
  ActionCounts actions;

  Bound bound() const;  // the resource that is busy longest
  int64_t cycles() const { return busy_cycles[static_cast<size_t>(bound())]; }
  // Where its inputs are loaded when the pass before has ended: their load, then the rest.
  int64_t cycles_after_load() const;
};

// Derives the work of passes of one layer, as a dataflow that compares mappings and the machine's accounts
// ask for it: a pass goes in, its PassWork comes out. It remembers what PEs do for tiles that it has met, and
// is therefore for one thread at a time; threads take one each.
class PassWorks {
 public:
  explicit PassWorks(const LayerGeometry& geometry);
  PassWork of(const Pass& pass);

  // What the PEs of a pass receive, and do a token.
  struct PeWork {
    FilterStream stream;
    int64_t weight_words = 0, scale_words = 0, flits = 0;  // words count once a PE
    ActionCounts token;
    int64_t token_cycles = 0;  // of the PE that works longest
  };

 private:
  static constexpr size_t kMostKnown = 64;
  using Tiles = std::array<int64_t, 15>;  // all that PeWork depends on

  const PeWork& pe_work(const Pass& pass);

  const LayerGeometry& geometry_;
  const TimeBase base_;
  std::vector<std::pair<Tiles, PeWork>> known_;
};

}  // namespace eyeshift
