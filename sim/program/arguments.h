#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/files/output_file.h"
#include "energy_tables/table.h"
#include "sim/plan/choose_mapping.h"
#include "sim/program/options.h"

namespace eyeshift {

using Arguments = boost::program_options::variables_map;

bool has(const Arguments& arguments, const std::string& option);
bool is_set(const Arguments& arguments, const std::string& flag);
// The option's text; empty text and a missing option are InputErrors.
std::string text(const Arguments& arguments, const std::string& option);
std::string text_or(const Arguments& arguments, const std::string& option, const std::string& otherwise);
// The path of the text that the option names, by a path or a name; otherwise of the one called `own`, of
// those that come with the program.
std::string file_or_own_text(const Arguments& arguments, const std::string& option, const std::string& own);
// A whole number between min and max; `otherwise` where the option is not given, which then needs no check.
int64_t whole_number(const Arguments& arguments, const std::string& option, int64_t min, int64_t max,
                     std::optional<int64_t> otherwise = std::nullopt);
// A finite number between min and max.
double real_number(const Arguments& arguments, const std::string& option, double min, double max);
// Whole numbers separated by commas, each at most once.
std::vector<int64_t> whole_numbers(const Arguments& arguments, const std::string& option, int64_t min,
                                   int64_t max, int64_t otherwise);
// The texts of an option that may be given several times, none empty.
std::vector<std::string> texts(const Arguments& arguments, const std::string& option);
// Words separated by commas, none empty.
std::vector<std::string> words(const Arguments& arguments, const std::string& option);
// One of `allowed`.
std::string choice(const Arguments& arguments, const std::string& option,
                   const std::vector<std::string>& allowed, const std::string& otherwise);
// Throws InputError where both are given.
void exclude(const Arguments& arguments, const std::string& one, const std::string& other);
// Throws InputError where `option` is given without `needed`.
void needs(const Arguments& arguments, const std::string& option, const std::string& needed);

// --accelerator and --set, of every command that takes an accelerator; `text` is that of --accelerator.
void add_accelerator_options(boost::program_options::options_description& options, const std::string& text);
// The accelerator that they say; `otherwise` is its name where --accelerator may be left out.
AcceleratorConfig accelerator(const Arguments& arguments, const std::string& otherwise = "");

// --jobs, by default the number of cores.
void add_jobs_option(boost::program_options::options_description& options);
int jobs(const Arguments& arguments);

// --objective: what a search of mappings makes small.
void add_objective_option(boost::program_options::options_description& options);
Objective objective(const Arguments& arguments);
// --search: how many mappings it tries; added with --objective.
Search search(const Arguments& arguments);

// --table, as often as wanted; by default the table that comes with the program.
void add_table_option(boost::program_options::options_description& options);
std::vector<EnergyTable> tables(const Arguments& arguments);

// --force: whether outputs may replace files that exist.
void add_force_option(boost::program_options::options_description& options);

// --format, --output and --force, of every command that reports.
void add_report_options(boost::program_options::options_description& options);

// Where a report goes: to standard output in --format; and to every --output file, as its name's ending says
// (.json, .csv, .txt), or else in --format. The constructor checks all outputs of the command, as
// check_outputs() does: the reports and `others`, against the files that the command reads, and those that
// exist unless --force is given; create it before the long work.
class ReportSink {
 public:
  explicit ReportSink(const Arguments& arguments, const std::vector<InputPath>& inputs = {},
                      const std::vector<OutputPath>& others = {});

  struct Views {
    std::function<std::string()> table, json, csv;
  };
  void write(const Views& views) const;

 private:
  std::string format_;
  std::vector<std::string> files_;
};

}  // namespace eyeshift
