#include "sim/program/quantize_arguments.h"

#include <algorithm>
#include <limits>

#include "base/errors.h"
#include "base/nearest.h"
#include "sim/program/arguments.h"
#include "sim/report/bit_costs.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

constexpr int64_t kMostWeights = int64_t{1} << 40;

const Quantizer& quantizer_of(const std::string& scheme) {
  return Registry<Quantizer>::instance().find(scheme, "scheme");
}

void check_used(const Arguments& arguments, const std::string& scheme, const std::string& option) {
  if (!has(arguments, option) || arguments[option].defaulted()) return;
  const std::vector<std::string_view> used = quantizer_of(scheme).options();
  if (std::find(used.begin(), used.end(), option) == used.end())
    throw InputError("--" + option + " has no meaning for scheme '" + scheme +
                     "'; see 'eyeshift quantize --help'");
}

// --bits, and what else mixed bits are assigned by.
void read_bits(const Arguments& arguments, const std::string& scheme, QuantizeOptions& options) {
  if (!quantizer_of(scheme).assigns_bits()) {
    options.bits = scheme_bits(arguments, scheme);
    return;
  }
  exclude(arguments, "bits", "bit-costs");
  exclude(arguments, "bits-per", "bit-costs");
  needs(arguments, "budget", "bit-costs");
  const std::string errors = has(arguments, "bit-costs") ? "measured" : "fitted";
  options.measured_errors = choice(arguments, "bit-errors", {"fitted", "measured"}, errors) == "measured";
  if (has(arguments, "bit-costs")) {
    options.bit_costs = read_bit_costs(text(arguments, "bit-costs"));
    options.budget = real_number(arguments, "budget", 0, std::numeric_limits<double>::max());
    return;
  }
  options.average_bits = real_number(arguments, "bits", 2, 4);
  options.bits = static_cast<int>(options.average_bits);
  options.bits_per_layer = choice(arguments, "bits-per", {"parameter", "layer"}, "parameter") == "layer";
}

}  // namespace

std::string described_schemes() {
  const Registry<Quantizer>& registry = Registry<Quantizer>::instance();
  std::string lines;
  for (const std::string& name : registry.names()) {
    const Quantizer& quantizer = registry.find(name, "scheme");
    lines += "  " + name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') +
             std::string(quantizer.summary()) + "\n";
    std::string used;
    for (const std::string_view option : quantizer.options())
      used += (used.empty() ? "--" : ", --") + std::string(option);
    if (!used.empty()) lines += std::string(20, ' ') + used + "\n";
  }
  return lines;
}

std::string schemes_without_bits() {
  const Registry<Quantizer>& registry = Registry<Quantizer>::instance();
  std::vector<std::string> fixed;
  for (const std::string& name : registry.names())
    if (registry.find(name, "scheme").fixed_bits()) fixed.push_back(name);
  return join_names(fixed);
}

void add_quantize_options(po::options_description& options) {
  options.add(option_list({
      {"group-size", value("G"), "weights that share a scale; 0, the default: a whole row (or column)"},
      {"static-groups", flag(), "groups of adjacent inputs, their grids from the original weights"},
      {"act-order", flag(), "quantize inputs in falling order of their energy"},
      {"no-act-order", flag(), "quantize inputs in their own order"},
      {"no-compensation", flag(), "feed no error back to the weights not yet quantized"},
      {"cycles", value("N"), "rounds of alternating least squares"},
      {"pot-terms", value("T"), "powers of two a scale; default: 3"},
      {"real-scales", flag(), "keep scales real instead of sums of powers of two"},
      {"symmetric", flag(), "a grid around zero, without zero points"},
      {"incoherence", flag(), "rotate weights by random orthogonal matrices first, as QuIP does"},
      {"clip", flag(), "search limits that weights are clipped to"},
      {"axis", value("output|input"),
       "weights of one output, or of one input, share scales; default: output"},
      {"bits-per", value("parameter|layer"), "what an average of mixed bits counts; default: parameter"},
      {"bit-costs", value("F.json"),
       "what 2, 3 and 4 bits cost in each layer, written by eyeshift simulate; instead of --bits"},
      {"budget", value("C"), "with --bit-costs: what all layers may cost together, in that file's unit"},
      {"bit-errors", value("fitted|measured"),
       "what mixed bits make small: each layer's output error at 2, 3 and 4 bits, as fitted to the "
       "paper's criterion or as measured; default: fitted, measured with --bit-costs"},
      {"scale-type", value("f16|f32"), "scales are rounded to this before codes are chosen; default: f16"},
      {"seed", value("N"), "of random choices; default: 0"},
  }));
}

int scheme_bits(const Arguments& arguments, const std::string& scheme) {
  const std::optional<int> only = quantizer_of(scheme).fixed_bits();
  const auto bits = static_cast<int>(whole_number(arguments, "bits", 1, 16, only));
  if (only && bits != *only)
    throw InputError("--bits " + std::to_string(bits) + ": scheme '" + scheme + "' has " +
                     std::to_string(*only) + " bits a weight; leave --bits out");
  return bits;
}

QuantizeOptions quantize_options(const Arguments& arguments, const std::string& scheme) {
  for (const char* option : {"group-size", "static-groups", "act-order", "no-act-order", "no-compensation",
                             "cycles", "pot-terms", "real-scales", "symmetric", "clip", "incoherence", "axis",
                             "bits-per", "bit-costs", "budget", "bit-errors"})
    check_used(arguments, scheme, option);

  if (is_set(arguments, "act-order") && is_set(arguments, "no-act-order"))
    throw InputError("--act-order and --no-act-order exclude each other");
  if (is_set(arguments, "real-scales")) exclude(arguments, "pot-terms", "real-scales");
  QuantizeOptions options;
  read_bits(arguments, scheme, options);
  options.group_size = whole_number(arguments, "group-size", 0, kMostWeights, 0);
  if (is_set(arguments, "act-order")) options.act_order = QuantizeOptions::ActOrder::on;
  if (is_set(arguments, "no-act-order")) options.act_order = QuantizeOptions::ActOrder::off;
  options.static_groups = is_set(arguments, "static-groups");
  options.compensation = !is_set(arguments, "no-compensation");
  options.cycles = static_cast<int>(whole_number(arguments, "cycles", 1, 100000, 0));
  options.pot_terms = static_cast<int>(whole_number(arguments, "pot-terms", 1, 16, options.pot_terms));
  options.real_scales = is_set(arguments, "real-scales");
  options.symmetric = is_set(arguments, "symmetric");
  options.clip = is_set(arguments, "clip");
  options.incoherence = is_set(arguments, "incoherence");
  options.axis =
      choice(arguments, "axis", {"output", "input"}, "output") == "input" ? Axis::input : Axis::output;
  options.scale_bits = choice(arguments, "scale-type", {"f16", "f32"}, "f16") == "f32" ? 32 : 16;
  options.seed = static_cast<uint64_t>(whole_number(arguments, "seed", 0, INT64_MAX, 0));
  return options;
}

}  // namespace eyeshift
