#include <algorithm>

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/nearest.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/published/reproduce/reproduction_report.h"
#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

std::string described_reproductions() {
  const auto& all = Registry<Reproduction>::instance();
  std::string text;
  for (const std::string& name : all.names())
    text += "  " + name + ": " + all.find(name, "reproduction").summary() + "\n";
  return text;
}

class Reproduce : public Command {
 public:
  std::string summary() const override { return "simulate what a publication measured, beside its numbers"; }
  std::string usage() const override { return "reproduce NAME [OPTIONS]"; }
  std::string description() const override {
    return R"(Simulates the machine, network and mappings of a publication and puts every number that it prints
beside the simulated one. The published numbers (configs/published) are read only then. An error is
reproduced / published - 1; their mean and worst absolute values go below the rows. Notes say where
the two do not count the same.

reproductions:
)" + described_reproductions();
  }
  std::string example() const override {
    return "  eyeshift reproduce eyeriss-jssc-alexnet --output eyeriss.json\n";
  }
  po::options_description options() const override {
    po::options_description options =
        option_list({{"name", value("NAME"), "what to reproduce; the word alone will do"}});
    add_jobs_option(options);
    add_report_options(options);
    return options;
  }
  std::vector<std::string> positionals() const override { return {"name"}; }
  std::vector<std::string> names_for(const std::string& option) const override {
    return option == "name" ? Registry<Reproduction>::instance().names() : std::vector<std::string>();
  }

  void run(const po::variables_map& arguments) const override {
    if (!has(arguments, "name"))
      throw InputError("say what to reproduce: known are " +
                       join_names(Registry<Reproduction>::instance().names()));
    const std::string name = text(arguments, "name");
    const Reproduction& reproduction = Registry<Reproduction>::instance().find(name, "reproduction");
    const int parallel = jobs(arguments);
    const Published published = load_published(name);
    const ReportSink sink(
        arguments, {{find_data_file(name, "configs/published", "publication"), "the published numbers"}});
    const ReproductionReport report = reproduction_report(published, reproduction.run(parallel));
    sink.write({[&] { return reproduction_text(report); }, [&] { return dump(reproduction_json(report)); },
                [&] { return reproduction_csv(report); }});
  }
};

const Registration<Command, Reproduce> reproduce_registration("reproduce");

}  // namespace
}  // namespace eyeshift
