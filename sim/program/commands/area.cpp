#include "base/errors.h"
#include "sim/machine_areas.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

class AreaOfMachine : public Command {
 public:
  std::string summary() const override { return "the silicon area of an accelerator, part by part"; }
  std::string usage() const override { return "area ACCELERATOR [--table T]... [OPTIONS]"; }
  std::string description() const override {
    return R"(The area of every part in square micrometres: what each unit and scratchpad adds to a PE, what
stands at the tops of columns, the banks of the global buffer (GLB), the networks (NoC), and their
sums: one PE, the PE array, GLB, NoC, total. They are the numbers that 'simulate' reports for the
same machine: every unit that the accelerator lists is counted. 'compare' gives each side a machine
with its own unit only; --set array.units=[lut] asks for such a one.

A block for each --table. A table that lacks a component of the machine is refused; a component
that a table names without an area is listed as not counted, and so is the NoC where the table has
no noc_pe.)";
  }
  std::string example() const override {
    return "  eyeshift area eyeriss-168 --table horowitz-cacti-45nm-lstp --table gates-45nm\n";
  }
  po::options_description options() const override {
    po::options_description options("options");
    add_accelerator_options(
        options, "the machine: a YAML file, or one of configs/accelerators; the word alone will do");
    add_table_option(options);
    add_report_options(options);
    return options;
  }
  std::vector<std::string> positionals() const override { return {"accelerator"}; }

  void run(const po::variables_map& arguments) const override {
    const AcceleratorConfig machine = accelerator(arguments);
    const std::vector<EnergyTable> with = tables(arguments);
    const ReportSink sink(arguments, input_files(arguments));
    std::vector<MachineAreas> all;
    for (const EnergyTable& table : with) all.push_back(machine_areas(machine, table));
    sink.write({[&] { return machine_areas_text(all); }, [&] { return dump(machine_areas_json(all)); },
                [&] { return machine_areas_csv(all); }});
  }
};

const Registration<Command, AreaOfMachine> area_registration("area");

}  // namespace
}  // namespace eyeshift
