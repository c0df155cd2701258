#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "models/types/schedule.h"

namespace eyeshift {

// Writes or reads what decides a machine's future, relative to a pass and to now: two machines with equal
// states do the same from then on, as long as the passes that they meet are alike. Each module has a visit()
// that names its state once for both directions; counters of what has happened are no state.
class StateArchive {
 public:
  // Appends to `bytes`.
  StateArchive(std::string& bytes, int64_t base_pass, int64_t now_ticks, int64_t now_cycle)
      : to_(&bytes), base_(base_pass), ticks_(now_ticks), cycle_(now_cycle) {}
  // Consumes `bytes` from the front; more may follow.
  StateArchive(const std::string& bytes, int64_t base_pass, int64_t now_ticks, int64_t now_cycle)
      : from_(&bytes), base_(base_pass), ticks_(now_ticks), cycle_(now_cycle) {}

  bool reading() const { return from_ != nullptr; }
  // The passes [first, end) that the modules refer to, relative to the base.
  int64_t first_pass() const { return first_; }
  int64_t end_pass() const { return end_; }

  template <typename Number>
  void value(Number& number) {
    static_assert(std::is_arithmetic_v<Number> || std::is_enum_v<Number>);
    copy(&number, sizeof number);
  }
  template <typename Number>
  void values(std::vector<Number>& numbers) {  // whose count does not change
    static_assert(std::is_arithmetic_v<Number> || std::is_enum_v<Number>);
    if (!numbers.empty()) copy(numbers.data(), numbers.size() * sizeof(Number));
  }
  void flag(bool& set) {
    auto byte = static_cast<uint8_t>(set);
    value(byte);
    set = byte != 0;
  }
  void pass(int64_t& index) { relative(index, base_); }
  void passes(std::vector<int64_t>& indices) {
    for (int64_t& index : indices) pass(index);
  }
  // A pass that is looked at from here on.
  void cursor(PassCursor& cursor) {
    int64_t index = cursor.index();
    pass(index);
    if (reading()) cursor.seek(index);
    first_ = std::min(first_, index - base_);
    end_ = std::max(end_, index - base_ + 1);
  }
  void tick(int64_t& at) { relative(at, ticks_); }
  void cycle(int64_t& at) { relative(at, cycle_); }
  // A cycle that matters only while it lies ahead.
  void cycle_ahead(int64_t& at) {
    int64_t ahead = std::max<int64_t>(0, at - cycle_);
    value(ahead);
    at = cycle_ + ahead;
  }
  template <typename Item, typename Visit>
  void items(std::vector<Item>& list, const Visit& visit) {
    auto size = static_cast<uint32_t>(list.size());
    value(size);
    list.resize(size);
    for (Item& item : list) visit(item);
  }

 private:
  void relative(int64_t& absolute, int64_t origin) {
    int64_t distance = absolute - origin;
    value(distance);
    absolute = origin + distance;
  }
  void copy(void* data, size_t size) {
    if (reading())
      std::memcpy(data, from_->data() + at_, size);
    else
      to_->append(static_cast<const char*>(data), size);
    at_ += size;
  }

  std::string* const to_ = nullptr;
  const std::string* const from_ = nullptr;
  const int64_t base_, ticks_, cycle_;
  size_t at_ = 0;
  int64_t first_ = 0, end_ = 0;
};

}  // namespace eyeshift
