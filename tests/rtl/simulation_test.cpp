// The Verilog modules against the simulator's units, by rtl/simulate.py and iverilog.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>

#include "tests/rtl/rtl_files.h"
#include "tests/support/files.h"

namespace eyeshift {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kCount[] = " --count 700 ";

// Exit status of a shell command; what it prints goes to the folder's "log".
int run(const TestFolder& folder, const std::string& command) {
  return WEXITSTATUS(std::system((command + " >'" + (folder / "log") + "' 2>&1").c_str()));
}

bool has_program(const std::string& name) {
  return WEXITSTATUS(std::system(("command -v " + name + " >/dev/null 2>&1").c_str())) == 0;
}

std::string simulate(const std::string& scripts) {
  return "python3 -B '" + scripts + "/simulate.py' --vectors '" + rtl_vectors_program() + "'";
}

class Simulation : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_program("iverilog") || !has_program("vvp"))
      GTEST_SKIP() << "no iverilog: apt-get install iverilog";
  }
  std::string log() const { return content_of((folder_ / "log")); }
  TestFolder folder_;
};

class Modules : public Simulation, public testing::WithParamInterface<std::string> {};

TEST_P(Modules, AgreeWithTheUnitsBitForBit) {
  ASSERT_EQ(run(folder_, simulate(rtl_file("")) + kCount + GetParam()), 0) << log();
  EXPECT_THAT(log(), HasSubstr(" vectors, 0 mismatches"));
}

INSTANTIATE_TEST_SUITE_P(Rtl, Modules, testing::ValuesIn(top_modules()),
                         [](const auto& module) { return module.param; });

// A copy of the Verilog in which one expression is another.
class WrongModules : public Simulation {
 protected:
  // How simulating `module` ends where `from` in a file of the copy is `to`.
  int simulate_with(const std::string& file, const std::string& from, const std::string& to,
                    const std::string& module) {
    for (const auto& entry : std::filesystem::directory_iterator(rtl_file("")))
      if (entry.is_regular_file())
        folder_.write(entry.path().filename().string(), content_of(entry.path().string()));
    folder_.write(file, replaced(content_of(rtl_file(file)), from, to));
    return run(folder_, simulate((folder_ / "")) + kCount + module);
  }
};

TEST_F(WrongModules, AreFound) {
  struct Fault {
    const char *file, *from, *to, *module;
  };
  for (const Fault& fault : {Fault{"fp_add.v", "guard & (normalised[4] |", "guard & (1'b1 |", "adder_fp16"},
                             Fault{"fp_round.v", "rest | placed", "1'b1 | placed", "multiplier_fp32"},
                             Fault{"fp_round.v", "SATURATE ?", "0 ?", "exponent_adder"},
                             Fault{"lut_table.v", "word[15] ^ negate", "word[15]", "lut_table_128"},
                             Fault{"lut.v", "next_partial[15] ^ negate", "next_partial[15]", "lut_256"}}) {
    EXPECT_EQ(simulate_with(fault.file, fault.from, fault.to, fault.module), 1) << fault.module;
    EXPECT_THAT(log(), HasSubstr(" gives ")) << fault.module;
  }
}

TEST_F(WrongModules, ThatAreNoVerilogFail) {
  EXPECT_EQ(simulate_with("fp_add.v", "endmodule", "", "adder_fp16"), 1);
  EXPECT_THAT(log(), StartsWith("iverilog failed"));
}

// A line of Python that has the module `synthesise`.
std::string with_synthesise(const std::string& line) {
  return "python3 -B -c \"import sys; sys.path.insert(0, '" + rtl_file("") + "'); import synthesise; " +
         line + "\"";
}

TEST_F(Simulation, OfANetlistAgrees) {
  if (!has_program("yosys")) GTEST_SKIP() << "no yosys: apt-get install yosys";
  const std::string netlist = (folder_ / "dequantizer.v");
  ASSERT_EQ(run(folder_,
                with_synthesise("synthesise.cells_of('dequantizer', synthesise.CELLS, '" + netlist + "')")),
            0)
      << log();
  EXPECT_THAT(content_of(netlist), testing::Not(HasSubstr("leading_zeros #")));
  const std::string command =
      simulate(rtl_file("")) + kCount + "--netlists '" + (folder_ / "") + "' dequantizer";
  EXPECT_EQ(run(folder_, command), 0) << log();
  folder_.write("dequantizer.v", replaced(content_of(netlist), "^", "|"));
  EXPECT_EQ(run(folder_, command), 1) << log();
}

TEST(RtlScripts, MadeTheTableOfTheGateCounts) {
  const TestFolder folder;
  const std::string table = (folder / "gates-45nm.yaml");
  ASSERT_EQ(run(folder, with_synthesise("synthesise.gates_table.write('" + rtl_file("gate_counts.csv") +
                                        "', '" + table + "')")),
            0);
  EXPECT_EQ(content_of(table), content_of(project_file("energy_tables/tables/gates-45nm.yaml")));
}

TEST(RtlScripts, SayWhatToInstall) {
  const TestFolder folder;
  const auto without_programs = [&](const std::string& script) {
    return run(folder,
               "python=$(python3 -c 'import sys; print(sys.executable)'); PATH=/nowhere \"$python\" -B '" +
                   rtl_file(script) + "'");
  };
  EXPECT_EQ(without_programs("simulate.py"), 1);
  EXPECT_THAT(content_of((folder / "log")),
              HasSubstr("error: no iverilog and no vvp: apt-get install iverilog"));
  EXPECT_EQ(without_programs("synthesise.py"), 1);
  EXPECT_THAT(content_of((folder / "log")), HasSubstr("error: no yosys"));
}

TEST(RtlVectors, AreOfTheModulesOnTop) {
  const TestFolder folder;
  ASSERT_EQ(run(folder, rtl_vectors_program() + " list"), 0);
  std::istringstream lines(content_of((folder / "log")));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) names.push_back(line.substr(0, line.find(' ')));
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(top_modules()));
}

TEST(RtlVectors, AreTheSameEachTime) {
  const TestFolder folder;
  ASSERT_EQ(run(folder, rtl_vectors_program() + " shift_add 100"), 0);
  const std::string first = content_of((folder / "log"));
  ASSERT_EQ(run(folder, rtl_vectors_program() + " shift_add 100"), 0);
  EXPECT_EQ(content_of((folder / "log")), first);
  EXPECT_GT(first.size(), 100 * std::string("operands result\n").size());
}

TEST(RtlVectors, RefuseBadArguments) {
  const TestFolder folder;
  for (const auto& [arguments, message] : {std::pair{"", "usage: "},
                                           {"mac_fp61 10", "did you mean 'mac_fp16'"},
                                           {"mac_fp16 0", "COUNT"},
                                           {"mac_fp16 10x", "COUNT"},
                                           {"mac_fp16 10 11", "usage: "}}) {
    EXPECT_EQ(run(folder, rtl_vectors_program() + " " + arguments), 2) << arguments;
    EXPECT_THAT(content_of((folder / "log")), HasSubstr(message)) << arguments;
  }
}

}  // namespace
}  // namespace eyeshift
