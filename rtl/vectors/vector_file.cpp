#include <string>

#include "rtl/vectors/modules.h"

namespace eyeshift::rtl {
namespace {

std::string hexadecimal(std::initializer_list<Field> fields) {
  std::string bits;
  for (const Field& field : fields)
    for (int i = field.bits - 1; i >= 0; --i)
      bits += !field.known ? 'x' : (field.value >> i & 1u) ? '1' : '0';
  bits.insert(0, (4 - bits.size() % 4) % 4, '0');
  std::string digits;
  for (size_t i = 0; i < bits.size(); i += 4) {
    const std::string four = bits.substr(i, 4);
    digits += four.find('x') != std::string::npos ? 'x' : "0123456789abcdef"[std::stoi(four, nullptr, 2)];
  }
  return digits;
}

}  // namespace

void VectorFile::write(std::initializer_list<Field> operands, std::initializer_list<Field> result) {
  out_ << hexadecimal(operands) << ' ' << hexadecimal(result) << '\n';
}

}  // namespace eyeshift::rtl
