#pragma once

#include <cstddef>

namespace eyeshift {

// An instruction set of x86-64-v3, which the program is compiled for.
struct ProcessorFeature {
  const char* name;
  bool there;
};

// Writes what a processor that lacks some of these is told, cut off at `size` with its end marked by a zero,
// and returns its length; 0 where it lacks none. Calls nothing, so that it can run before anything else does.
size_t processor_message(const ProcessorFeature* features, size_t count, char* message, size_t size);

}  // namespace eyeshift
