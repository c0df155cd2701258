#include "sim/program/quantize_arguments.h"

#include "configs/reader/errors.h"
#include "sim/program/arguments.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

constexpr int64_t kMostWeights = int64_t{1} << 40;

const Quantizer& quantizer_of(const std::string& scheme) {
  return Registry<Quantizer>::instance().find(scheme, "scheme");
}

// The width of a scheme's codes where it does not follow --bits.
std::optional<int> only_width(const std::string& scheme) {
  QuantizeOptions options;
  const LinearShape shape{"any", 64, 64, 1};
  options.bits = 2;
  const int first = quantizer_of(scheme).encoding(shape, options).bits;
  options.bits = 3;
  const int second = quantizer_of(scheme).encoding(shape, options).bits;
  if (first == second) return first;
  return std::nullopt;
}

// A scheme's summary names the options that it reads; --scale-type and --seed are common to all.
void check_used(const Arguments& arguments, const std::string& scheme, const std::string& option,
                const std::string& listed_as) {
  const bool given = has(arguments, option) && !arguments[option].defaulted();
  if (given && quantizer_of(scheme).summary().find("--" + listed_as) == std::string_view::npos)
    throw InputError("--" + option + " has no meaning for scheme '" + scheme +
                     "'; see 'eyeshift quantize --help'");
}

}  // namespace

void add_quantize_options(po::options_description& options) {
  options.add_options()("group-size", value("G"),
                        "weights that share a scale; default: a whole row (or column)")(
      "act-order", po::bool_switch(), "quantize inputs in falling order of their energy")(
      "no-act-order", po::bool_switch(), "quantize inputs in their own order")(
      "no-compensation", po::bool_switch(), "feed no error back to the weights not yet quantized")(
      "cycles", value("N"), "rounds of alternating least squares")("pot-terms", value("T"),
                                                                   "powers of two a scale; default: 3")(
      "real-scales", po::bool_switch(), "keep scales real instead of sums of powers of two")(
      "symmetric", po::bool_switch(), "a grid around zero, without zero points")(
      "axis", value("output|input"), "weights of one output, or of one input, share scales; default: output")(
      "scale-type", value("f16|f32"), "scales are rounded to this before codes are chosen; default: f16")(
      "seed", value("N"), "of random choices; default: 0");
}

int scheme_bits(const Arguments& arguments, const std::string& scheme) {
  const std::optional<int> only = only_width(scheme);
  const auto bits = static_cast<int>(whole_number(arguments, "bits", 1, 16, only));
  if (only && bits != *only)
    throw InputError("--bits " + std::to_string(bits) + ": scheme '" + scheme + "' has " +
                     std::to_string(*only) + " bits a weight; leave --bits out");
  return bits;
}

QuantizeOptions quantize_options(const Arguments& arguments, const std::string& scheme) {
  for (const char* option : {"group-size", "act-order", "no-compensation", "cycles", "pot-terms",
                             "real-scales", "symmetric", "axis"})
    check_used(arguments, scheme, option, option);
  check_used(arguments, scheme, "no-act-order", "act-order");

  const auto flag = [&](const char* option) { return arguments[option].as<bool>(); };
  if (flag("act-order") && flag("no-act-order"))
    throw InputError("--act-order and --no-act-order exclude each other");
  if (flag("real-scales")) exclude(arguments, "pot-terms", "real-scales");
  QuantizeOptions options;
  options.bits = scheme_bits(arguments, scheme);
  options.group_size = whole_number(arguments, "group-size", 1, kMostWeights, 0);
  if (flag("act-order")) options.act_order = QuantizeOptions::ActOrder::on;
  if (flag("no-act-order")) options.act_order = QuantizeOptions::ActOrder::off;
  options.compensation = !flag("no-compensation");
  options.cycles = static_cast<int>(whole_number(arguments, "cycles", 1, 100000, 0));
  options.pot_terms = static_cast<int>(whole_number(arguments, "pot-terms", 1, 16, options.pot_terms));
  options.real_scales = flag("real-scales");
  options.symmetric = flag("symmetric");
  options.axis =
      choice(arguments, "axis", {"output", "input"}, "output") == "input" ? Axis::input : Axis::output;
  options.scale_bits = choice(arguments, "scale-type", {"f16", "f32"}, "f16") == "f32" ? 32 : 16;
  options.seed = static_cast<uint64_t>(whole_number(arguments, "seed", 0, INT64_MAX, 0));
  return options;
}

}  // namespace eyeshift
