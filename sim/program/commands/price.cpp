#include "base/errors.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/program/level_argument.h"
#include "sim/report/report_json.h"
#include "sim/report/report_text.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

class Price : public Command {
 public:
  std::string summary() const override {
    return "price a finished run with other tables, without simulating again";
  }
  std::string usage() const override { return "price --result R.json --table T [--table T]... [OPTIONS]"; }
  std::string description() const override {
    return R"(Energy is a count of actions times a price, and a report of 'simulate' or 'compare' holds the
counts: another technology costs no simulation. The first table prices layers and run, every
further one the run. The report keeps its shape; energies, areas and prices are the new ones. The
mappings are not: they stay those that were chosen with the first table of the original run.
The example prices compare.json, which the example of 'eyeshift compare --help' writes.)";
  }
  std::string example() const override {
    return "  eyeshift price --result compare.json --table horowitz-cacti-45nm-lpddr4 --output priced.json\n";
  }
  po::options_description options() const override {
    po::options_description options = option_list({
        {"result", value("R.json"), "JSON report of simulate, compare or price"},
        {"table", values("T"),
         "energy and area table: a YAML file, or a name from 'eyeshift tables list'; "
         "may be given several times: the first prices layers"},
    });
    add_report_options(options);
    add_level_option(options);
    return options;
  }

  void run(const po::variables_map& arguments) const override {
    if (!has(arguments, "table")) throw InputError("--table is missing; see --help");
    const std::vector<EnergyTable> with = tables(arguments);
    ReportFile report = load_report(text(arguments, "result"));
    const CsvLevel level = csv_level(arguments);
    const ReportSink sink(arguments, input_files(arguments));
    for (RunReport& run : report.runs) price(run, with);
    sink.write(
        {[&] { return report.comparison ? comparison_text(report.runs) : run_text(report.runs.front()); },
         [&] {
           return dump(report.comparison ? comparison_json(report.runs) : to_json(report.runs.front()));
         },
         [&] { return runs_csv(report.runs, level); }});
  }
};

const Registration<Command, Price> price_registration("price");

}  // namespace
}  // namespace eyeshift
