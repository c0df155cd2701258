#include <gmock/gmock.h>

#include <random>

#include "base/files/data_files.h"
#include "configs/loaders/accelerator_reader.h"
#include "configs/loaders/network_reader.h"
#include "configs/loaders/published_reader.h"
#include "energy_tables/table.h"
#include "models/pe/listed_units.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

// `text` with a few bytes changed, removed, repeated or exchanged for characters that mean something in YAML.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view kMarks = ":{}[],&*!|>'\"%@`#-?~\n\t \0\xff";
  for (auto changes = 1 + random() % 4; changes > 0 && !text.empty(); --changes) {
    const size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text[at] = kMarks[random() % kMarks.size()];
        break;
      case 2:
        text.erase(at, 1 + random() % 40);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 40));
        break;
    }
  }
  return text;
}

// Every damaged file loads or gives an InputError; anything else fails the test or crashes it.
template <typename Load>
void expect_loads_or_input_error(const std::string& file, const Load& load) {
  const std::string original = read_text_file(project_file(file));
  TestFolder folder;
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string damaged = folder.write("damaged.yaml", mutated(original, random));
    refused += input_error_of([&] { load(damaged); }).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 100) << "the mutations do not reach the reader";
}

TEST(DamagedYaml, AcceleratorLoadsOrGivesAnInputError) {
  expect_loads_or_input_error("configs/accelerators/tiny-2x2.yaml",
                              [](const std::string& path) { load_accelerator(path, listed_units()); });
}

TEST(DamagedYaml, NetworkLoadsOrGivesAnInputError) {
  for (const char* file : {"configs/networks/opt-tiny.yaml", "configs/networks/alexnet.yaml"})
    expect_loads_or_input_error(file, [](const std::string& path) { load_network(path); });
}

TEST(DamagedYaml, PublicationLoadsOrGivesAnInputError) {
  expect_loads_or_input_error("configs/published/eyeriss-jssc-alexnet.yaml",
                              [](const std::string& path) { load_published(path); });
}

TEST(DamagedYaml, TableLoadsOrGivesAnInputError) {
  expect_loads_or_input_error("energy_tables/tables/shiftaddllm-table1-45nm.yaml",
                              [](const std::string& path) { load_table(path); });
}

}  // namespace
}  // namespace eyeshift
