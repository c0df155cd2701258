#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/integers.h"

namespace eyeshift {

// Sizes that a search tries, from the largest down.
inline constexpr size_t kFew = 6, kAll = SIZE_MAX;

// Sizes of a part of `whole` that cut it into equal tiles, `parts` of which are worked on at once: from the
// largest of at most `largest` that fits down, at most so many of them.
template <typename Fits>
std::vector<int64_t> sizes(int64_t whole, int64_t parts, int64_t granule, int64_t largest, size_t most,
                           const Fits& fits) {
  std::vector<int64_t> found;
  int64_t tiles = divide_up(divide_up(whole, largest), parts);
  while (found.size() < most) {
    const int64_t size = divide_up(divide_up(whole, tiles * parts), granule) * granule;
    if (fits(size)) found.push_back(size);
    if (size == granule) break;
    tiles = divide_up(whole, parts * (size - granule));
  }
  return found;
}

}  // namespace eyeshift
