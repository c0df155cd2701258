#include "models/machine/pass_classes.h"

#include "traces/format/integers.h"

namespace eyeshift {
namespace {

// Whether tiles of partial sums begin at different banks.
bool tiles_differ(const LayerPlan& plan) {
  const Schedule& s = plan.schedule;
  const int64_t words = divide_up(s.psum_tile_bits, plan.accelerator.glb.port_bits);
  return bank_aligned(words, s.psum_tiles, s.psum_banks, plan.accelerator) % s.psum_banks != 0;
}

}  // namespace

PassClasses::PassClasses(const LayerPlan& plan)
    : plan_(plan),
      passes_(pass_count(plan.schedule)),
      by_place_(scales_differ_by_place(plan.encoding) || tiles_differ(plan)),
      cursor_(plan.schedule),
      of_run_(plan.schedule.runs.size(), kNoPass) {}

int32_t PassClasses::of(int64_t pass) {
  if (pass < 0 || pass >= passes_) return kNoPass;
  if (pass == cursor_.index() + 1)
    cursor_.next();
  else if (pass != cursor_.index())
    cursor_.seek(pass);
  if (by_place_) return find(cursor_.pass());
  int32_t& known = of_run_[cursor_.run()];
  if (known == kNoPass) known = find(cursor_.pass());
  return known;
}

int32_t PassClasses::find(const Pass& pass) {
  std::string key = work_key(pass);
  const auto append = [&](int64_t number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  if (tiles_differ(plan_)) append(pass.psum_tile);
  if (scales_differ_by_place(plan_.encoding)) {
    const int64_t rows = plan_.encoding.group_rows, end = pass.m_begin + pass.tile_outputs();
    for (int64_t m = (pass.m_begin / rows + 1) * rows; m < end; m += rows) append(m - pass.m_begin);
  }
  const auto [found, added] = classes_.emplace(std::move(key), static_cast<int32_t>(works_.size()));
  if (added) {
    works_.push_back(pass_work(plan_, pass));
    examples_.push_back(pass);
  }
  return found->second;
}

}  // namespace eyeshift
