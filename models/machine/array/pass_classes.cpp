#include "models/machine/array/pass_classes.h"

#include <algorithm>

#include "base/integers.h"

namespace eyeshift {
namespace {

int64_t tile_stride(const LayerPlan& plan) {
  const Schedule& s = plan.schedule;
  return bank_aligned(divide_up(s.psum_tile_bits, plan.accelerator.glb.port_bits), s.psum_tiles, s.psum_banks,
                      plan.accelerator);
}

}  // namespace

PassClasses::PassClasses(const LayerPlan& plan)
    : plan_(plan),
      passes_(pass_count(plan.schedule)),
      by_place_(scales_differ_by_place(plan.encoding)),
      tile_stride_(tile_stride(plan)),
      cursor_(plan.schedule),
      of_run_(2 * plan.schedule.runs.size(), kNoPass),
      estimator_(plan) {}

int32_t PassClasses::of(int64_t pass) {
  if (pass < 0 || pass >= passes_) return kNoPass;
  if (pass == cursor_.index() + 1)
    cursor_.next();
  else if (pass != cursor_.index())
    cursor_.seek(pass);
  if (by_place_) return find(cursor_.pass());
  int32_t& known = of_run_[2 * cursor_.run() + (cursor_.repetition() > 0 ? 1 : 0)];
  if (known == kNoPass) known = find(cursor_.pass());
  return known;
}

// Banks conflict by how far apart the tiles of neighbouring passes lie, wherever they are.
int64_t PassClasses::tile_distance() const {
  const auto& runs = plan_.schedule.runs;
  const size_t run = cursor_.run();
  const int64_t before = cursor_.repetition() > 0 ? cursor_.pass().psum_tile - runs[run].psum_tile_step
                         : run > 0                ? last_psum_tile(runs[run - 1])
                                                  : 0;
  const int64_t banks = plan_.schedule.psum_banks;
  return ((cursor_.pass().psum_tile - before) * tile_stride_ % banks + banks) % banks;
}

int32_t PassClasses::find(const Pass& pass) {
  std::string key = work_key(pass);
  const auto append = [&](int64_t number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  append(tile_distance());
  std::string outline = by_place_ ? key : "";
  append(outputs_before_group_end(plan_.encoding, pass));
  const auto [found, added] = index_.emplace(std::move(key), static_cast<int32_t>(classes_.size()));
  if (added) classes_.push_back(make_class(pass, std::move(outline)));
  return found->second;
}

PassClasses::PassClass PassClasses::make_class(const Pass& pass, std::string outline) {
  PassClass made{estimator_.of(pass), pass, std::move(outline),
                 std::make_shared<const PassPrograms>(plan_, pass), static_cast<int32_t>(classes_.size())};
  if (!by_place_) return made;
  const FilterStream stream = filter_stream(plan_, pass);
  for (const PassClass& other : classes_) {
    const FilterStream others = filter_stream(plan_, other.example);
    if (other.outline != made.outline || stream.weights != others.weights || stream.scales != others.scales ||
        !(*made.programs == *other.programs))
      continue;
    made.kind = other.kind;
    made.programs = other.programs;
    break;
  }
  return made;
}

std::vector<int64_t> PassClasses::passes_by_class() {
  std::vector<int64_t> passes;
  const auto count = [&](int64_t pass, int64_t times) {
    const auto pass_class = static_cast<size_t>(of(pass));
    passes.resize(std::max(passes.size(), pass_class + 1), 0);
    passes[pass_class] += times;
  };
  int64_t first = 0;
  for (const PassRun& run : plan_.schedule.runs) {
    count(first, 1);
    const int64_t others = run.count - 1;
    const int64_t alike =
        by_place_ ? 1 : others;  // behind a run's first pass, all are where none differs by place
    for (int64_t i = 0; i < others; i += alike) count(first + 1 + i, alike);
    first += run.count;
  }
  return passes;
}

}  // namespace eyeshift
