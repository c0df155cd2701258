#include "traces/tensor_io/npy_header.h"

#include <cctype>

namespace eyeshift {
namespace {

class HeaderParser {
 public:
  HeaderParser(const std::string& text, const InputFile& file) : text_(text), file_(file) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_descr_) {
        parse_descr(quoted());
      } else if (key == "fortran_order" && !has_order_) {
        header_.fortran_order = boolean();
        has_order_ = true;
      } else if (key == "shape" && !has_shape_) {
        parse_shape();
      } else {
        file_.fail("unknown or repeated key '" + key + "' in the .npy header");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (peek() != '\0') broken();
    if (!has_descr_ || !has_order_ || !has_shape_)
      file_.fail("the .npy header needs the keys 'descr', 'fortran_order' and 'shape'");
    return header_;
  }

 private:
  [[noreturn]] void broken() const {
    file_.fail("the .npy header is broken at its character " + std::to_string(next_));
  }

  char peek() {
    while (next_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[next_]))) ++next_;
    return next_ < text_.size() ? text_[next_] : '\0';
  }

  bool accept(char character) {
    if (peek() != character) return false;
    ++next_;
    return true;
  }

  void expect(char character) {
    if (!accept(character)) broken();
  }

  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') broken();
    const size_t end = text_.find(quote, next_ + 1);
    if (end == std::string::npos) broken();
    const std::string value = text_.substr(next_ + 1, end - next_ - 1);
    next_ = end + 1;
    return value;
  }

  bool boolean() {
    peek();
    for (const bool value : {false, true}) {
      const std::string word = value ? "True" : "False";
      if (text_.compare(next_, word.size(), word) != 0) continue;
      next_ += word.size();
      return value;
    }
    broken();
  }

  void parse_descr(const std::string& descr) {
    static const std::string kKnown = "<f2 <f4 <f8 <i2 <i4 <i8 <u2 <u4 <u8 |i1 |u1 |b1";
    if (descr.size() != 3 || kKnown.find(descr) % 4 != 0)
      file_.fail("arrays of type '" + descr + "' are not read: save it as one of " + kKnown);
    header_.kind = descr[1];
    header_.item_bytes = static_cast<size_t>(descr[2] - '0');
    has_descr_ = true;
  }

  void parse_shape() {
    constexpr int64_t kLargestExtent = int64_t{1} << 48;
    expect('(');
    while (!accept(')')) {
      if (!std::isdigit(static_cast<unsigned char>(peek()))) broken();
      int64_t extent = 0;
      while (next_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[next_]))) {
        extent = extent * 10 + (text_[next_++] - '0');
        if (extent > kLargestExtent) file_.fail("an extent of the shape in the .npy header is too large");
      }
      header_.shape.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    has_shape_ = true;
  }

  const std::string& text_;
  const InputFile& file_;
  size_t next_ = 0;
  NpyHeader header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

}  // namespace

NpyHeader parse_npy_header(const std::string& text, const InputFile& file) {
  return HeaderParser(text, file).parse();
}

}  // namespace eyeshift
