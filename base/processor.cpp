// Compiled for every x86-64 processor, unlike all other files: what is here runs before them, and says so
// where the processor lacks the instructions that they are compiled to. Nothing of the standard library may
// be used: the linker could take another file's copy of it.
#include "base/processor.h"

#include <unistd.h>

namespace eyeshift {
namespace {

struct Message {
  char* text;
  size_t size, length;

  void add(const char* words) {
    for (; *words != '\0' && length + 1 < size; ++words) text[length++] = *words;
    text[length] = '\0';
  }
};

}  // namespace

size_t processor_message(const ProcessorFeature* features, size_t count, char* text, size_t size) {
  Message message{text, size, 0};
  for (size_t i = 0; i < count; ++i) {
    if (features[i].there) continue;
    message.add(message.length == 0 ? "eyeshift: failed: this processor lacks " : ", ");
    message.add(features[i].name);
  }
  if (message.length > 0)
    message.add(
        ": the program is built for x86-64-v3, which Intel's processors have since Haswell (2013) and AMD's "
        "since "
        "Excavator (2015). Run it on one of those, or build it on this one with -DEYESHIFT_NATIVE=ON: its "
        "results may "
        "then differ in the last digits.\n");
  return message.length;
}

#ifdef EYESHIFT_CHECK_PROCESSOR
namespace {

// 101 is the first priority that programs may use: before all other static initialisers.
__attribute__((constructor(101))) void check_processor() {
  __builtin_cpu_init();
  const ProcessorFeature features[] = {
      {"AVX", __builtin_cpu_supports("avx") != 0},     {"AVX2", __builtin_cpu_supports("avx2") != 0},
      {"FMA", __builtin_cpu_supports("fma") != 0},     {"F16C", __builtin_cpu_supports("f16c") != 0},
      {"BMI1", __builtin_cpu_supports("bmi") != 0},    {"BMI2", __builtin_cpu_supports("bmi2") != 0},
      {"LZCNT", __builtin_cpu_supports("lzcnt") != 0}, {"MOVBE", __builtin_cpu_supports("movbe") != 0}};
  char message[512];
  const size_t length =
      processor_message(features, sizeof(features) / sizeof(features[0]), message, sizeof(message));
  if (length == 0) return;
  const ssize_t written = write(STDERR_FILENO, message, length);
  static_cast<void>(written);
  _exit(1);
}

}  // namespace
#endif

}  // namespace eyeshift
