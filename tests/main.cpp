#include <gmock/gmock.h>

// libsystemc brings a main of its own and wants an sc_main: this program settles both.
extern "C" int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
