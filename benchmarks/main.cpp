#include <benchmark/benchmark.h>

// libsystemc brings a main of its own and wants an sc_main: this program settles both.
extern "C" int sc_main(int, char**) { return 0; }

BENCHMARK_MAIN();
