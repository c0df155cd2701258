// Printed costs of operations and memories beside those of other sources.

#include <cmath>

#include "energy_tables/memory.h"
#include "sim/published/estimate/published_energies.h"
#include "sim/published/reproduce/reproduction.h"

namespace eyeshift {
namespace {

constexpr int64_t kKilobyte = 1024;
constexpr int kPort_bits = 64;

// From 40 to 45 nm at one voltage: energy with the feature size, area with its square.
constexpr double kEnergyFrom40nm = 45.0 / 40, kAreaFrom40nm = kEnergyFrom40nm * kEnergyFrom40nm;

constexpr char kAladdinNote[] =
    "Aladdin's 40 nm unit at 5 ns, brought to 45 nm: energy times 1.125, area times 1.266";

// Both rows of one operation.
void add(const std::string& subject, double pJ, double um2, const std::string& note,
         std::vector<Reproduced>& rows) {
  rows.push_back({subject, "energy", pJ, "", note, true});
  rows.push_back({subject, "area", um2, "", note, true});
}

void add_aladdin(const std::string& subject, const std::string& action, const std::string& component,
                 std::vector<Reproduced>& rows) {
  const EnergyTable aladdin = load_table("aladdin-40nm");
  add(subject, kEnergyFrom40nm * action_row(aladdin, action).energy_pJ,
      kAreaFrom40nm * component_row(aladdin, component).area_um2, kAladdinNote, rows);
}

class Table1 : public Reproduction {
 public:
  std::string summary() const override {
    return "costs of operations that ShiftAddLLM prints (Table 1), beside the sources they come from";
  }

  std::vector<Reproduced> run(int) const override {
    std::vector<Reproduced> rows;
    add_horowitz(rows);
    add_shifts(rows);
    add_look_up(rows);
    add_gates(rows);
    add_estimator(rows);
    return rows;
  }

 private:
  static void add_horowitz(std::vector<Reproduced>& rows) {
    const EnergyTable horowitz = load_table("horowitz-45nm");
    for (const std::string operation : {"multiply", "add"})
      for (const std::string type : {"fp32", "fp16", "int32", "int8"}) {
        const std::string name = operation + " " + type;
        const bool swapped = name == "multiply fp16" || name == "add fp32";
        add(name, action_row(horowitz, operation + "_" + type).energy_pJ,
            component_row(horowitz, (operation == "add" ? "adder_" : "multiplier_") + type).area_um2,
            std::string("Horowitz, ISSCC 2014") +
                (swapped ? ": the print exchanges the energies of fp16 multiplication and fp32 addition"
                         : ""),
            rows);
      }
  }

  // A barrel shifter of n bits has n log2(n) multiplexers.
  static void add_shifts(std::vector<Reproduced>& rows) {
    add_aladdin("shift int32", "shift_int32", "shifter_int32", rows);
    const double energy_pJ = rows[rows.size() - 2].value, area_um2 = rows.back().value;
    for (const int bits : {16, 8}) {
      const double part = bits * std::log2(bits) / (32 * std::log2(32));
      add("shift int" + std::to_string(bits), part * energy_pJ, part * area_um2,
          "that of 32 bits in proportion to n log2(n), the multiplexers of a barrel shifter", rows);
    }
  }

  static void add_look_up(std::vector<Reproduced>& rows) {
    const EnergyTable cacti = load_table("cacti7-45nm-hp");
    constexpr int64_t kTable_bytes = 256 * 2;
    add("LUT query 8 bits", sram_energy_pJ(cacti, kTable_bytes, 16, Access::read),
        sram_cost(cacti, kTable_bytes, 16).area_um2,
        "CACTI 7's SRAM of 256 entries of 16 bits, high-performance cells: one read, and what holds them",
        rows);
  }

  // Areas of our own Verilog; a table of 128 entries is half of one of 256 (a query's negation is little).
  static void add_gates(std::vector<Reproduced>& rows) {
    const EnergyTable gates = load_table("gates-45nm");
    const auto add_area = [&](const std::string& subject, double um2, const std::string& variant,
                              const std::string& note) {
      rows.push_back({subject, "area", um2, variant, note, false});
    };
    for (const auto& [subject, component] : {std::pair{"multiply fp32", "multiplier_fp32"},
                                             {"multiply fp16", "multiplier_fp16"},
                                             {"multiply int32", "multiplier_int32"},
                                             {"multiply int8", "multiplier_int8"},
                                             {"add fp32", "adder_fp32"},
                                             {"add fp16", "adder_fp16"},
                                             {"add int32", "adder_int32"},
                                             {"add int8", "adder_int8"},
                                             {"shift int32", "shifter_int32"},
                                             {"shift int16", "shifter_int16"},
                                             {"shift int8", "shifter_int8"}})
      add_area(
          subject, component_row(gates, component).area_um2, "in gates",
          "the table gates-45nm: our own Verilog, synthesised to gates without a constraint on its delay");
    for (const int entries : {256, 128})
      add_area("LUT query 8 bits", entries * 16 * component_row(gates, "register_bit").area_um2,
               entries == 256 ? "in gates" : "in gates, half",
               "what stores and reads the table's entries, in flip-flops: all 256, or 128 by sign symmetry");
  }

  static void add_estimator(std::vector<Reproduced>& rows) {
    const std::pair<const char*, OperationKind> used[] = {{"multiply fp16", OperationKind::fully_connected},
                                                          {"add fp16", OperationKind::add},
                                                          {"shift int16", OperationKind::shift},
                                                          {"LUT query 8 bits", OperationKind::lut_query}};
    for (const auto& [subject, kind] : used)
      rows.push_back({subject, "energy", published_energies_pJ({"", kind, {}, {}, 16}).compute,
                      "in the estimator", "what the released estimator charges in its place", false});
  }
};

class Horowitz : public Reproduction {
 public:
  std::string summary() const override {
    return "costs that Horowitz prints (ISSCC 2014) beside Aladdin's, CACTI's and DRAM by the bit";
  }

  std::vector<Reproduced> run(int) const override {
    std::vector<Reproduced> rows;
    add_aladdin("add int32", "add_int32", "adder_int32", rows);
    add_aladdin("multiply int32", "multiply_int32", "multiplier_int32", rows);
    const EnergyTable fast = load_table("cacti7-45nm-hp"), slow = load_table("cacti7-45nm-lstp");
    const std::pair<const char*, int64_t> srams[] = {
        {"8 KB", 8 * kKilobyte}, {"32 KB", 32 * kKilobyte}, {"1 MB", kKilobyte * kKilobyte}};
    for (const auto& [size, bytes] : srams) {
      const std::string subject = std::string("SRAM ") + size + " read of 64 bits";
      rows.push_back({subject, "energy", sram_energy_pJ(fast, bytes, kPort_bits, Access::read), "",
                      "CACTI 7, high-performance cells, one bank", true});
      rows.push_back({subject, "energy", sram_energy_pJ(slow, bytes, kPort_bits, Access::read), "low power",
                      "CACTI 7, low-standby-power cells, one bank", false});
    }
    for (const std::string kind : {"lpddr4", "gddr5", "ddr3", "hbm2"}) {
      const EnergyTable dram = load_table("horowitz-cacti-45nm-" + kind);
      const bool first = kind == "lpddr4";
      rows.push_back({"DRAM read of 32 bits", "energy", 4 * action_row(dram, "dram_byte").energy_pJ,
                      first ? "" : "as " + kind, first ? "LPDDR4, 8 pJ a bit" : "", first});
    }
    return rows;
  }
};

const Registration<Reproduction, Table1> table1("shiftaddllm-table1");
const Registration<Reproduction, Horowitz> horowitz("horowitz");

}  // namespace
}  // namespace eyeshift
