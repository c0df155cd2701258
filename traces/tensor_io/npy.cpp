#include "traces/tensor_io/npy.h"

#include <cmath>
#include <cstring>

#include "base/errors.h"
#include "base/files/atomic_file.h"
#include "base/files/input_file.h"
#include "base/numbers/half.h"
#include "traces/tensor_io/npy_header.h"

namespace eyeshift {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicBytes = 6;

template <typename Element>
Element element_at(const std::vector<uint8_t>& data, size_t index) {
  Element element;
  std::memcpy(&element, data.data() + index * sizeof(Element), sizeof(Element));
  return element;
}

template <typename Element, typename Result>
std::vector<Result> cast_all(const std::vector<uint8_t>& data) {
  std::vector<Result> values(data.size() / sizeof(Element));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Result>(element_at<Element>(data, i));
  return values;
}

template <typename Result>
std::vector<Result> cast_integers(const NpyArray& array) {
  const bool is_signed = array.kind == 'i';
  switch (array.item_bytes) {
    case 1:
      return is_signed ? cast_all<int8_t, Result>(array.data) : cast_all<uint8_t, Result>(array.data);
    case 2:
      return is_signed ? cast_all<int16_t, Result>(array.data) : cast_all<uint16_t, Result>(array.data);
    case 4:
      return is_signed ? cast_all<int32_t, Result>(array.data) : cast_all<uint32_t, Result>(array.data);
    default:
      return is_signed ? cast_all<int64_t, Result>(array.data) : cast_all<uint64_t, Result>(array.data);
  }
}

// Fortran order: the first index runs fastest.
std::vector<uint8_t> to_c_order(const std::vector<uint8_t>& data, const std::vector<int64_t>& shape,
                                size_t bytes) {
  std::vector<uint8_t> result(data.size());
  std::vector<int64_t> index(shape.size(), 0);
  for (size_t source = 0; source < data.size() / bytes; ++source) {
    int64_t target = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) target = target * shape[axis] + index[axis];
    std::memcpy(result.data() + static_cast<size_t>(target) * bytes, data.data() + source * bytes, bytes);
    for (size_t axis = 0; axis < shape.size() && ++index[axis] == shape[axis]; ++axis) index[axis] = 0;
  }
  return result;
}

uint64_t data_bytes(const NpyHeader& header, const InputFile& file) {
  uint64_t bytes = header.item_bytes;
  for (const int64_t extent : header.shape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes))
      file.fail("the shape is too large");
  return bytes;
}

void write_array(const std::filesystem::path& path, const std::string& descr,
                 const std::vector<int64_t>& shape, const void* values, uint64_t item_bytes) {
  constexpr size_t kPreambleBytes = kMagicBytes + 4;
  uint64_t bytes = item_bytes;
  std::string extents;
  for (const int64_t extent : shape) {
    bytes *= static_cast<uint64_t>(extent);
    extents += std::to_string(extent) + ", ";
  }
  if (shape.size() > 1) extents.resize(extents.size() - 2);
  if (shape.size() == 1) extents.resize(extents.size() - 1);
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + extents + "), }";
  header.resize((kPreambleBytes + header.size() + 1 + 63) / 64 * 64 - kPreambleBytes - 1, ' ');
  header += '\n';
  const auto length = static_cast<uint16_t>(header.size());

  AtomicFile file(path);
  file.write(kMagic, kMagicBytes);
  file.write("\x01\x00", 2);
  file.write(&length, sizeof length);
  file.write(header);
  file.write(values, bytes);
  file.commit();
}

}  // namespace

std::vector<double> NpyArray::to_doubles() const {
  if (kind != 'f') return cast_integers<double>(*this);
  if (item_bytes == 8) return cast_all<double, double>(data);
  if (item_bytes == 4) return cast_all<float, double>(data);
  std::vector<double> values(static_cast<size_t>(elements()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(float_from_half(element_at<uint16_t>(data, i)));
  return values;
}

std::vector<int64_t> NpyArray::to_integers(const std::filesystem::path& path) const {
  if (kind == 'f') throw InputError(path.string() + ": holds floats, integers are needed");
  std::vector<int64_t> values = cast_integers<int64_t>(*this);
  if (kind == 'u' && item_bytes == 8)
    for (const int64_t value : values)
      if (value < 0) throw InputError(path.string() + ": holds a value above 2^63 - 1");
  return values;
}

NpyArray read_npy(const std::filesystem::path& path) {
  const InputFile file(path);
  const auto preamble = file.read(0, kMagicBytes + 2);
  if (std::memcmp(preamble.data(), kMagic, kMagicBytes) != 0)
    file.fail("not a .npy file: it does not begin with \\x93NUMPY");
  const int version = preamble[kMagicBytes];
  if (version < 1 || version > 3)
    file.fail("version " + std::to_string(version) + " of .npy: 1 to 3 are read");
  const uint64_t length_bytes = version == 1 ? 2 : 4;
  uint64_t length = 0;
  const auto length_field = file.read(kMagicBytes + 2, length_bytes);
  std::memcpy(&length, length_field.data(), length_bytes);
  const uint64_t header_begin = kMagicBytes + 2 + length_bytes;
  const auto text = file.read(header_begin, length);
  const NpyHeader header = parse_npy_header(std::string(text.begin(), text.end()), file);

  NpyArray array;
  array.kind = header.kind;
  array.item_bytes = header.item_bytes;
  array.shape = header.shape;
  const uint64_t bytes = data_bytes(header, file);
  const uint64_t data_begin = header_begin + length;
  if (bytes != file.size() - data_begin)
    file.fail("holds " + std::to_string(file.size() - data_begin) + " bytes of data, its header says " +
              std::to_string(bytes));
  array.data = file.read(data_begin, bytes);
  if (header.fortran_order) array.data = to_c_order(array.data, array.shape, array.item_bytes);
  return array;
}

Eigen::MatrixXd read_npy_matrix(const std::filesystem::path& path) {
  const NpyArray array = read_npy(path);
  if (array.shape.size() != 2 || array.elements() == 0)
    throw InputError(path.string() + ": an array of " + std::to_string(array.shape.size()) +
                     " dimensions with " + std::to_string(array.elements()) +
                     " elements: a matrix of two dimensions that is not empty is needed");
  const std::vector<double> values = array.to_doubles();
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    const auto columns = static_cast<size_t>(array.shape[1]);
    throw InputError(path.string() + ": element [" + std::to_string(i / columns) + ", " +
                     std::to_string(i % columns) + "] is " + (std::isnan(values[i]) ? "NaN" : "infinite") +
                     ": all must be finite");
  }
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(values.data(), array.shape[0], array.shape[1]);
}

void write_npy(const std::filesystem::path& path, const std::vector<int64_t>& shape, const float* values) {
  write_array(path, "<f4", shape, values, sizeof *values);
}

void write_npy(const std::filesystem::path& path, const std::vector<int64_t>& shape, const double* values) {
  write_array(path, "<f8", shape, values, sizeof *values);
}

void write_npy(const std::filesystem::path& path, const std::vector<int64_t>& shape, const int64_t* values) {
  write_array(path, "<i8", shape, values, sizeof *values);
}

}  // namespace eyeshift
