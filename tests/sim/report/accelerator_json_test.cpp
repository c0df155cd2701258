#include <gmock/gmock.h>

#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "sim/report/report_json.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Json default_machine() { return to_json(load_accelerator("eyeriss-168", listed_units())); }

TEST(AcceleratorJson, ReadsWhatItWrites) {
  EXPECT_EQ(to_json(accelerator_from_json(default_machine())), default_machine());
}

// The default machine: 12 x 14 PEs, ports and link of 64 bits, 14 lanes, tables of 256 words.
TEST(AcceleratorJson, RefusesMachinesThatTheYamlReaderRefuses) {
  struct Edit {
    const char *group, *key;
    Json value;
    const char* message;
  };
  const Edit edits[] = {{"glb", "bank_bytes", 4100, "multiple of the port's 8 bytes"},
                        {"dram", "burst_bytes", 60, "multiple of the link's 8 bytes"},
                        {"array", "fp16_lanes", 15, "expected at most 14"},
                        {"array", "fp16_lanes", 182, "the array has only 168 PEs"},
                        {"array", "units", {"lut", "mac-fp16", "lut"}, "'lut' is listed twice"},
                        {"array", "units", {"lut"}, "only allowed where units lists mac-fp16"},
                        {"spad_words", "lut", 0, "expected at least 1 word"},
                        {"array", "rows", 65536, "rows x cols must be at most 65536 PEs"},
                        {"noc_bits", "local", 12, "expected a multiple of 8"},
                        {"noc_bits", "local", 264, "264"}};
  for (const Edit& edit : edits) {
    Json machine = default_machine();
    ASSERT_TRUE(machine.at(edit.group).contains(edit.key));
    machine[edit.group][edit.key] = edit.value;
    EXPECT_THAT(
        input_error_of([&] { accelerator_from_json(machine); }),
        AllOf(HasSubstr("the report's accelerator " + std::string(edit.group)), HasSubstr(edit.message)))
        << edit.group << "." << edit.key;
  }
}

}  // namespace
}  // namespace eyeshift
