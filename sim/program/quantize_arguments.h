#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>

#include "traces/quantizers/quantizer.h"

namespace eyeshift {

// "  NAME  what it is", a line each, of everything registered under an interface.
template <typename Interface>
std::string described_names(const std::string& kind) {
  const Registry<Interface>& registry = Registry<Interface>::instance();
  std::string lines;
  for (const std::string& name : registry.names())
    lines += "  " + name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ') +
             std::string(registry.find(name, kind).summary()) + "\n";
  return lines;
}

// The same of the schemes, with the options that each one reads.
std::string described_schemes();

// The schemes that have one width only and need no --bits, as text.
std::string schemes_without_bits();

// The options that shape a scheme, without --bits: --group-size to --seed.
void add_quantize_options(boost::program_options::options_description& options);

// Reads them for one scheme. Throws InputError for a value outside its range and for an option that the
// scheme has no use for.
QuantizeOptions quantize_options(const boost::program_options::variables_map& arguments,
                                 const std::string& scheme);

// --bits for a scheme; may be left out, and must be right if given, where the scheme has one width only.
int scheme_bits(const boost::program_options::variables_map& arguments, const std::string& scheme);

}  // namespace eyeshift
