#include "sim/program/options.h"

namespace eyeshift {

namespace po = boost::program_options;

po::typed_value<std::string>* value(const char* hint) { return po::value<std::string>()->value_name(hint); }

po::typed_value<std::vector<std::string>>* values(const char* hint) {
  return po::value<std::vector<std::string>>()->value_name(hint)->composing();
}

po::typed_value<bool>* flag() { return po::bool_switch(); }

po::options_description option_list(std::initializer_list<Option> options) {
  po::options_description list;
  for (const Option& option : options) list.add_options()(option.name, option.takes, option.text.c_str());
  return list;
}

}  // namespace eyeshift
