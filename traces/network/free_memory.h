#pragma once

#include <cstdlib>  // defines __GLIBC__

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace eyeshift {

// Gives the system back what the allocator keeps between matrices that are in use: after a stage whose inputs
// had another size this is as much as those inputs were.
inline void return_free_memory() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace eyeshift
