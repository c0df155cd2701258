#include "sim/program/arguments.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <thread>

#include "base/errors.h"
#include "base/files/atomic_file.h"
#include "base/nearest.h"
#include "configs/loaders/accelerator_reader.h"
#include "models/pe/listed_units.h"
#include "sim/program/command.h"
#include "traces/network/tokens.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

constexpr char kDefaultTable[] = "horowitz-cacti-45nm-lstp";
const std::vector<std::string> kFormats = {"table", "json", "csv"};

int64_t parse_whole(const std::string& option, const std::string& given, int64_t min, int64_t max) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
  if (error != std::errc() || end != given.data() + given.size() || number < min || number > max)
    throw InputError("--" + option + " '" + given + "': expected a whole number from " + std::to_string(min) +
                     " to " + std::to_string(max));
  return number;
}

std::string render(const std::string& format, const ReportSink::Views& views) {
  return format == "json" ? views.json() : format == "csv" ? views.csv() : views.table();
}

}  // namespace

bool has(const Arguments& arguments, const std::string& option) { return arguments.count(option) != 0; }

bool is_set(const Arguments& arguments, const std::string& flag) { return arguments[flag].as<bool>(); }

std::string text(const Arguments& arguments, const std::string& option) {
  if (!has(arguments, option)) throw InputError("--" + option + " is missing; see --help");
  const auto& given = arguments[option].as<std::string>();
  if (given.empty()) throw InputError("--" + option + " is empty");
  return given;
}

std::string text_or(const Arguments& arguments, const std::string& option, const std::string& otherwise) {
  return has(arguments, option) ? text(arguments, option) : otherwise;
}

std::string file_or_own_text(const Arguments& arguments, const std::string& option, const std::string& own) {
  return has(arguments, option) ? find_text(text(arguments, option)) : own_text(own);
}

int64_t whole_number(const Arguments& arguments, const std::string& option, int64_t min, int64_t max,
                     std::optional<int64_t> otherwise) {
  if (!has(arguments, option) && otherwise) return *otherwise;
  return parse_whole(option, text(arguments, option), min, max);
}

double real_number(const Arguments& arguments, const std::string& option, double min, double max) {
  const std::string given = text(arguments, option);
  size_t read = 0;
  double number = 0;
  try {
    number = std::stod(given, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  if (read == given.size() && min <= number && number <= max) return number;
  std::ostringstream message;
  message << "--" << option << " '" << given << "': expected a number from " << min << " to " << max;
  throw InputError(message.str());
}

std::vector<std::string> texts(const Arguments& arguments, const std::string& option) {
  if (!has(arguments, option)) return {};
  const auto& given = arguments[option].as<std::vector<std::string>>();
  if (std::find(given.begin(), given.end(), "") != given.end()) throw InputError("--" + option + " is empty");
  return given;
}

std::vector<std::string> words(const Arguments& arguments, const std::string& option) {
  const std::string given = text(arguments, option);
  std::vector<std::string> list;
  size_t begin = 0;
  while (begin <= given.size()) {
    const size_t end = std::min(given.find(',', begin), given.size());
    list.push_back(given.substr(begin, end - begin));
    if (list.back().empty())
      throw InputError("--" + option + " '" + given + "': an entry between commas is empty");
    begin = end + 1;
  }
  return list;
}

std::vector<int64_t> whole_numbers(const Arguments& arguments, const std::string& option, int64_t min,
                                   int64_t max, int64_t otherwise) {
  if (!has(arguments, option)) return {otherwise};
  std::vector<int64_t> numbers;
  for (const std::string& word : words(arguments, option)) {
    const int64_t number = parse_whole(option, word, min, max);
    if (std::find(numbers.begin(), numbers.end(), number) != numbers.end())
      throw InputError("--" + option + ": " + word + " is given twice");
    numbers.push_back(number);
  }
  return numbers;
}

std::string choice(const Arguments& arguments, const std::string& option,
                   const std::vector<std::string>& allowed, const std::string& otherwise) {
  const std::string given = text_or(arguments, option, otherwise);
  if (std::find(allowed.begin(), allowed.end(), given) == allowed.end())
    throw InputError("--" + option + " '" + given + "': expected one of " + join_names(allowed));
  return given;
}

void exclude(const Arguments& arguments, const std::string& one, const std::string& other) {
  if (has(arguments, one) && has(arguments, other))
    throw InputError("--" + one + " and --" + other + " exclude each other");
}

void needs(const Arguments& arguments, const std::string& option, const std::string& needed) {
  if (has(arguments, option) && !has(arguments, needed))
    throw InputError("--" + option + " has a meaning only with --" + needed);
}

void add_accelerator_options(po::options_description& options, const std::string& text) {
  options.add(option_list({
      {"accelerator", value("A.yaml"), text},
      {"set", values("KEY=VALUE"),
       "change one value of the accelerator, such as array.rows=32, glb.bank_bytes=8192, "
       "clocks.core_Hz=500000000 or array.units=[mac-fp16,lut]; may be given several times; keys and units "
       "are those of its file; reports put the change behind the accelerator's name"},
  }));
}

AcceleratorConfig accelerator(const Arguments& arguments, const std::string& otherwise) {
  const std::string name =
      otherwise.empty() ? text(arguments, "accelerator") : text_or(arguments, "accelerator", otherwise);
  return load_accelerator(name, listed_units(), texts(arguments, "set"));
}

void add_jobs_option(po::options_description& options) {
  options.add(option_list({{"jobs", value("N"), "work on N layers at once; default: the number of cores"}}));
}

int jobs(const Arguments& arguments) {
  const int64_t cores = std::max(1u, std::thread::hardware_concurrency());
  return static_cast<int>(whole_number(arguments, "jobs", 1, 1024, cores));
}

void add_objective_option(po::options_description& options) {
  options.add(option_list({
      {"objective", value("energy-time|energy|time"),
       "what the search of mappings makes small, priced with the first table: energy, time, or "
       "their product; default: energy-time"},
      {"search", value("quick|all"),
       "quick tries the largest tiles that fit, in milliseconds a layer; all tries every number "
       "of tiles in every dimension, in seconds to minutes a layer; default: quick"},
  }));
}

Objective objective(const Arguments& arguments) {
  const std::string name = choice(arguments, "objective", {"energy-time", "energy", "time"}, "energy-time");
  return name == "energy" ? Objective::energy : name == "time" ? Objective::time : Objective::energy_time;
}

Search search(const Arguments& arguments) {
  return choice(arguments, "search", {"quick", "all"}, "quick") == "all" ? Search::all : Search::quick;
}

void add_table_option(po::options_description& options) {
  options.add(
      option_list({{"table", values("T"),
                    "energy and area table: a YAML file, or a name from 'eyeshift tables list'; may be "
                    "given several times: the first prices layers and chooses mappings; default: " +
                        std::string(kDefaultTable)}}));
}

std::vector<EnergyTable> tables(const Arguments& arguments) {
  if (!has(arguments, "table")) return {load_table(kDefaultTable)};
  std::vector<EnergyTable> loaded;
  for (const std::string& name : texts(arguments, "table")) loaded.push_back(load_table(name));
  return loaded;
}

void add_force_option(po::options_description& options) {
  options.add(
      option_list({{"force", flag(), "replace output files that exist; without it they are an error"}}));
}

void add_report_options(po::options_description& options) {
  options.add(option_list({
      {"format", value("table|json|csv"), "of standard output; default: table"},
      {"output", values("REPORT"),
       "also write the report to this file, as JSON, CSV or a table where its name ends "
       "in .json, .csv or .txt, otherwise in --format; may be given several times"},
  }));
  add_force_option(options);
}

ReportSink::ReportSink(const Arguments& arguments, const std::vector<InputPath>& inputs,
                       const std::vector<OutputPath>& others)
    : format_(choice(arguments, "format", kFormats, "table")) {
  files_ = texts(arguments, "output");
  std::vector<OutputPath> outputs = others;
  for (const std::string& file : files_) outputs.push_back({file, "--output"});
  check_outputs(outputs, inputs, is_set(arguments, "force"));
}

void ReportSink::write(const Views& views) const {
  for (const std::string& file : files_) {
    const std::string ending = std::filesystem::path(file).extension();
    const std::string format = ending == ".json"  ? "json"
                               : ending == ".csv" ? "csv"
                               : ending == ".txt" ? "table"
                                                  : format_;
    write_file_atomically(file, render(format, views));
  }
  print(render(format_, views));
}

}  // namespace eyeshift
