// Prints vectors for rtl/bench.v: operands of a Verilog module and what the simulator's units make of them.

#include <charconv>
#include <iostream>
#include <string>

#include "base/errors.h"
#include "base/nearest.h"
#include "rtl/vectors/modules.h"

// libsystemc brings a main of its own and wants an sc_main: this program settles both.
extern "C" int sc_main(int, char**) { return 0; }

namespace eyeshift::rtl {
namespace {

constexpr char kUsage[] =
    "usage: rtl_vectors list            every module: name, bits of its operands and of its result\n"
    "       rtl_vectors MODULE COUNT    corner cases and about COUNT random vectors of it\n";

std::vector<Module> all_modules() {
  std::vector<Module> all;
  for (const std::vector<Module>& some : {arithmetic_modules(), unit_modules(), lut_modules()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

void list() {
  for (const Module& module : all_modules())
    std::cout << module.name << ' ' << module.operand_bits << ' ' << module.result_bits << '\n';
}

void print_vectors(const std::string& name, const std::string& count_text) {
  int count = 0;
  const char* const end = count_text.data() + count_text.size();
  const auto [stop, error] = std::from_chars(count_text.data(), end, count);
  if (error != std::errc() || stop != end || count < 1 || count > 100'000'000)
    throw InputError("COUNT: expected a whole number from 1 to 100000000, not '" + count_text + "'");
  std::vector<std::string> names;
  for (const Module& module : all_modules()) {
    names.emplace_back(module.name);
    if (name != module.name) continue;
    Operands operands(1);
    VectorFile file(std::cout);
    module.vectors(operands, count, file);
    return;
  }
  throw InputError("unknown module '" + name + "': known are " + join_names(names) + hint(name, names));
}

int run(int argc, char** argv) {
  try {
    if (argc == 2 && std::string(argv[1]) == "list")
      list();
    else if (argc == 3)
      print_vectors(argv[1], argv[2]);
    else
      throw InputError(kUsage);
    std::cout.flush();
    return std::cout ? 0 : 1;
  } catch (const InputError& error) {
    std::cerr << "rtl_vectors: " << error.what() << '\n';
    return 2;
  }
}

}  // namespace
}  // namespace eyeshift::rtl

int main(int argc, char** argv) { return eyeshift::rtl::run(argc, argv); }
