#pragma once

#include <cstddef>
#include <functional>

namespace eyeshift {

// Calls task(i) for every i below count on as many threads as given (0: one a processor). Tasks must be
// independent; what depends on their order belongs after the call. Of several exceptions the one of the
// lowest i is rethrown.
void parallel_for(size_t count, int threads, const std::function<void(size_t)>& task);

}  // namespace eyeshift
