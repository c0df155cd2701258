#include "base/errors.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/published/audit/audit_report.h"
#include "sim/report/report_json.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

class AuditCommand : public Command {
 public:
  std::string summary() const override {
    return "from ShiftAddLLM's published energies to the machine's, a step at a time";
  }
  std::string usage() const override { return "audit shiftaddllm --network N [OPTIONS]"; }
  std::string description() const override {
    std::string text =
        R"(Begins with the estimator that ShiftAddLLM's tables come from ('eyeshift estimate'), changes one rule of
its accounting after the other, for all of its schemes alike, and ends with the cycle-level machine
and the same table (docs/audit.md). Every line holds the steps before it.

steps:
)";
    for (size_t i = 0; i < kAuditSteps; ++i) {
      const auto step = static_cast<AuditStep>(i);
      text += "  " + name_of(step) + ": " + meaning_of(step) + "\n";
    }
    return text + "  attention: its products and the KV cache\n  machine: what the simulation counts\n";
  }
  std::string example() const override {
    return "  eyeshift audit shiftaddllm --network opt-125m --bits 3 --tokens 1,8 --output audit.json\n";
  }
  po::options_description options() const override {
    po::options_description options = option_list({
        {"audit", value("shiftaddllm"), "what to audit; the word alone will do"},
        {"network", value("N.yaml"), "shapes of the network's layers: a YAML file, or a name"},
        {"bits", value("B"), "bits of a weight, 1 to 8; default: 3"},
        {"tokens", value("N,..."), "tokens at once, one or several numbers; default: 1"},
        {"context", value("N"), "positions that a token attends in the last steps; default: 2048"},
    });
    add_accelerator_options(
        options,
        "machine of the last steps: a YAML file, or one of configs/accelerators; default: eyeriss-168");
    add_table_option(options);
    add_jobs_option(options);
    add_report_options(options);
    return options;
  }
  std::vector<std::string> positionals() const override { return {"audit"}; }

  void run(const po::variables_map& arguments) const override {
    if (!has(arguments, "audit")) throw InputError("say what to audit: shiftaddllm");
    choice(arguments, "audit", {"shiftaddllm"}, "");
    AuditOptions audited;
    audited.bits = static_cast<int>(whole_number(arguments, "bits", 1, 8, 3));
    audited.tokens = whole_numbers(arguments, "tokens", 1, 1 << 20, 1);
    audited.context = whole_number(arguments, "context", 1, 1 << 20, 2048);
    audited.parallel = jobs(arguments);
    const NetworkConfig network = load_network(text(arguments, "network"));
    const AcceleratorConfig machine = accelerator(arguments, "eyeriss-168");
    const std::vector<EnergyTable> with = tables(arguments);
    if (with.size() != 1) throw InputError("--table: the audit takes one table");
    const ReportSink sink(arguments, input_files(arguments));
    const Audit report = audit(network, machine, with.front(), audited);
    sink.write({[&] { return audit_text(report); }, [&] { return dump(audit_json(report)); },
                [&] { return audit_csv(report); }});
  }
};

const Registration<Command, AuditCommand> audit_registration("audit");

}  // namespace
}  // namespace eyeshift
