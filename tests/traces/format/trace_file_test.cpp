#include "traces/format/trace_file.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/numbers/half.h"
#include "tests/traces/format/layers_of_codes.h"
#include "traces/tensor_io/safetensors.h"

namespace eyeshift {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using testing::random_trace;
using testing::TemporaryFolder;

// Reads a trace with no code of the project but the half-precision table that it makes itself: the layout as
// docs/trace-format.md states it, weight by weight.
class MinimalReader {
 public:
  explicit MinimalReader(const std::string& bytes) {
    const auto [header, data] = testing::safetensors_parts(bytes);
    header_ = json::parse(header);
    data_ = data;
    trace_ = json::parse(header_["__metadata__"]["eyeshift"].get<std::string>());
  }

  const json& trace() const { return trace_; }

  double weight(const json& layer, int m, int k) const {
    const std::string name = layer["name"];
    const int K = layer["K"], M = layer["M"], bits = layer["bits"];
    const int rows = layer["group_rows"], columns = layer["group_cols"];
    const int groups = (K + columns - 1) / columns;
    int group = k / columns;
    if (const int width = layer["group_index_bits"]; width > 0)
      group = code(name + ".group_index", 0, k, width);
    group += m / rows * groups;
    const std::string coding = layer["coding"];
    if (coding == "fp16") return real(name + ".weight", m * K + k);
    if (coding == "int8") {
      const int stored = byte(name + ".codes", m * K + k);
      return real(name + ".scales", group) * (stored < 128 ? stored : stored - 256);
    }
    if (coding == "int16") {
      const int low = byte(name + ".codes", 2 * (m * K + k)),
                high = byte(name + ".codes", 2 * (m * K + k) + 1);
      const int stored = low + 256 * high;
      return real(name + ".scales", 0) * (stored < 32768 ? stored : stored - 65536);
    }
    if (coding == "uniform") {
      const int zero = layer["zero_bits"] > 0 ? byte(name + ".zeros", group) : 1 << (bits - 1);
      return real(name + ".scales", group) *
             (code(name + ".codes", m * ((K * bits + 7) / 8), k, bits) - zero);
    }
    double sum = 0;
    for (int plane = 0; plane < bits; ++plane) {
      const int key = byte(name + ".planes", (plane * M + m) * ((K + 7) / 8) + k / 8);
      const double sign = key >> (k % 8) & 1 ? 1 : -1;
      sum += sign * plane_scale(layer, plane * ((M + rows - 1) / rows) * groups + group);
    }
    return sum;
  }

 private:
  double plane_scale(const json& layer, int index) const {
    const std::string name = layer["name"];
    if (layer["scale_type"] != "power_of_two") return real(name + ".alpha", index);
    const int terms = layer["terms"];
    double scale = 0;
    for (int t = 0; t < terms; ++t) {
      const int term = byte(name + ".pot", index * terms + t);
      if (term != 0) scale += (term & 128 ? -1 : 1) * std::pow(2.0, (term & 127) - 64);
    }
    return scale;
  }

  int byte(const std::string& tensor, int index) const {
    const size_t begin = header_[tensor]["data_offsets"][0];
    return static_cast<unsigned char>(data_[begin + static_cast<size_t>(index)]);
  }

  int code(const std::string& tensor, int first_byte, int index, int bits) const {
    int value = 0;
    for (int bit = index * bits; bit < (index + 1) * bits; ++bit)
      value |= (byte(tensor, first_byte + bit / 8) >> (bit % 8) & 1) << (bit - index * bits);
    return value;
  }

  double real(const std::string& tensor, int index) const {
    if (header_[tensor]["dtype"] == "F32") {
      float value = 0;
      const size_t begin = header_[tensor]["data_offsets"][0];
      std::memcpy(&value, data_.data() + begin + static_cast<size_t>(index) * 4, 4);
      return value;
    }
    const int half = byte(tensor, 2 * index) | byte(tensor, 2 * index + 1) << 8;
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return half & 0x8000 ? -magnitude : magnitude;
  }

  json header_, trace_;
  std::string data_;
};

void expect_equal(const Layer& a, const Layer& b) {
  EXPECT_EQ(a.shape.name, b.shape.name);
  EXPECT_EQ(a.shape.K, b.shape.K);
  EXPECT_EQ(a.shape.M, b.shape.M);
  EXPECT_TRUE(a.encoding == b.encoding) << a.shape.name;
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.codes, b.codes);
  EXPECT_EQ(a.scales, b.scales);
  EXPECT_EQ(a.zeros, b.zeros);
  EXPECT_EQ(a.group_index, b.group_index);
  EXPECT_EQ(a.planes, b.planes);
  EXPECT_EQ(a.alpha, b.alpha);
  EXPECT_EQ(a.pot, b.pot);
  EXPECT_EQ(a.x, b.x);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.rel_out, b.rel_out);
  EXPECT_EQ(a.w_err, b.w_err);
}

TEST(Trace, IsReadAsWritten) {
  const TemporaryFolder folder;
  const Trace written = random_trace(1);
  write_trace(folder / "t", written);
  const Trace read = read_trace(folder / "t");
  EXPECT_EQ(read.network, "made-up");
  EXPECT_EQ(read.scheme, "mixed");
  EXPECT_EQ(read.bits, 3);
  EXPECT_EQ(read.calibration, "no text");
  ASSERT_EQ(read.layers.size(), written.layers.size());
  for (size_t i = 0; i < read.layers.size(); ++i) {
    expect_equal(read.layers[i], written.layers[i]);
    EXPECT_EQ(decode(read.layers[i]), decode(written.layers[i]));
    EXPECT_TRUE(std::isnan(read.layers[i].rel_out_test));
  }
}

TEST(Trace, AnotherReaderDecodesTheSameWeights) {
  const TemporaryFolder folder;
  const Trace written = random_trace(2);
  write_trace(folder / "t", written);
  const MinimalReader reader(testing::read_bytes(folder / "t"));
  EXPECT_EQ(reader.trace()["format_version"], 1);
  for (size_t i = 0; i < written.layers.size(); ++i) {
    const Layer& layer = written.layers[i];
    const std::vector<float> weights = decode(layer);
    for (int m = 0; m < layer.shape.M; ++m)
      for (int k = 0; k < layer.shape.K; ++k)
        ASSERT_EQ(static_cast<float>(reader.weight(reader.trace()["layers"][i], m, k)),
                  weights[static_cast<size_t>(m * layer.shape.K + k)])
            << layer.shape.name << " [" << m << ", " << k << "]";
  }
}

TEST(Trace, TensorsOccupyTheStoredBits) {
  const TemporaryFolder folder;
  const Trace trace = random_trace(3);
  write_trace(folder / "t", trace);
  const SafetensorsFile file(folder / "t");
  for (const Layer& layer : trace.layers) {
    uint64_t bytes = 0;
    for (const auto& [name, info] : file.tensors())
      if (name.rfind(layer.shape.name + ".", 0) == 0 && name != layer.shape.name + ".x") bytes += info.bytes;
    const auto zeros = static_cast<int64_t>(layer.zeros.size());  // in a byte each
    EXPECT_EQ(static_cast<int64_t>(bytes * 8) - 8 * zeros + layer.encoding.bits * zeros,
              stored_bits(layer.shape, layer.encoding).total())
        << layer.shape.name;
  }
}

TEST(Trace, EqualTracesGiveEqualFiles) {
  const TemporaryFolder folder;
  Trace trace = random_trace(4);
  write_trace(folder / "a", trace);
  trace.layers.front().time_s = 3;
  write_trace(folder / "b", trace);
  EXPECT_EQ(testing::read_bytes(folder / "a"), testing::read_bytes(folder / "b"));
}

TEST(Trace, WriterRefusesLayersThatDoNotFitTheirEncoding) {
  const TemporaryFolder folder;
  Trace trace = random_trace(5);
  trace.layers[1].codes.pop_back();
  EXPECT_THROW(write_trace(folder / "t", trace), InternalError);
  trace = random_trace(5);
  trace.layers[1].scales.front() = 0.1f;
  EXPECT_THROW(write_trace(folder / "t", trace), InternalError) << "0.1 is not a half-precision number";
  EXPECT_EQ(folder.files(), 0u);
}

// The error of reading a trace whose header was changed.
std::string changed_error(const std::function<void(json& header, json& trace)>& change) {
  const TemporaryFolder folder;
  write_trace(folder / "t", random_trace(6));
  const auto [header_text, data] = testing::safetensors_parts(testing::read_bytes(folder / "t"));
  json header = json::parse(header_text);
  json trace = json::parse(header["__metadata__"]["eyeshift"].get<std::string>());
  header["__metadata__"].erase("eyeshift");
  change(header, trace);
  if (!trace.is_null()) header["__metadata__"]["eyeshift"] = trace.dump();
  testing::write_bytes(folder / "t", testing::safetensors_bytes(header.dump(), data));
  return error_of([&] { read_trace(folder / "t"); });
}

std::string layer_error(size_t layer, const std::string& key, const json& value) {
  return changed_error([&](json&, json& trace) { trace["layers"][layer][key] = value; });
}

TEST(Trace, RefusesOtherVersionsAndOtherFiles) {
  EXPECT_EQ(changed_error([](json&, json&) {}), "no error");
  EXPECT_THAT(changed_error([](json&, json& trace) { trace["format_version"] = 2; }),
              AllOf(HasSubstr("format version 2"), HasSubstr("reads version 1")));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace = nullptr; }), HasSubstr("not a trace"));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace = 7; }), HasSubstr("must be an object"));
}

TEST(Trace, RefusesDescriptionsOutOfRange) {
  EXPECT_THAT(layer_error(2, "K", 0),
              AllOf(HasSubstr("('rows')"), HasSubstr("'K' must be an integer from 1")));
  EXPECT_THAT(layer_error(2, "K", -1), HasSubstr("not -1"));
  EXPECT_THAT(layer_error(2, "M", 18.5), HasSubstr("not 18.5"));
  EXPECT_THAT(layer_error(2, "M", json()), HasSubstr("not null"));
  EXPECT_THAT(layer_error(2, "coding", "ternary"),
              HasSubstr("unknown coding 'ternary': known are fp16, int8, int16, uniform, binary"));
  EXPECT_THAT(layer_error(1, "scale_type", "power_of_two"), HasSubstr("does not go with its coding"));
  EXPECT_THAT(layer_error(2, "scale_type", "power_of_two"),
              HasSubstr("'terms' must be an integer from 1 to 1"));
  EXPECT_THAT(layer_error(2, "inputs", "bent"), HasSubstr("must be \"scaled\" or \"rotated\""));
  EXPECT_THAT(layer_error(2, "inputs", "scaled"), HasSubstr("tensor 'rows.input_scales' is missing"));
  EXPECT_THAT(layer_error(2, "inputs", "rotated"), HasSubstr("'rows.input_scales' is missing"));
  EXPECT_THAT(layer_error(2, "centred", false), HasSubstr("'centred'"));
  EXPECT_THAT(layer_error(1, "centred", true), HasSubstr("'centred'"));
  EXPECT_THAT(layer_error(2, "bits", 17), HasSubstr("'bits'"));
  EXPECT_THAT(layer_error(2, "group_rows", 0), HasSubstr("'group_rows'"));
  EXPECT_THAT(layer_error(2, "zero_bits", 8), HasSubstr("must be 0 or the codes' 3 bits, not 8"));
  EXPECT_THAT(layer_error(1, "zero_bits", 8), HasSubstr("'zero_bits' must be an integer from 0 to 0"));
  EXPECT_THAT(layer_error(8, "terms", 0), HasSubstr("'terms'"));
  EXPECT_THAT(layer_error(2, "rel_out", "small"), HasSubstr("must be a number or null"));
  EXPECT_THAT(layer_error(2, "name", "int8"), HasSubstr("layer 'int8' occurs twice"));
  EXPECT_THAT(layer_error(2, "name", "other"), HasSubstr("tensor 'other.codes' is missing"));
  EXPECT_THAT(layer_error(2, "K", 22),
              AllOf(HasSubstr("'rows.codes' is U8 [18, 8]"), HasSubstr("needs U8 [18, 9]")));
  EXPECT_THAT(layer_error(2, "group_cols", 8), HasSubstr("'rows.scales' is F16 [18, 1]"));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace["layers"] = json::array(); }),
              HasSubstr("not empty"));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace.erase("scheme"); }),
              HasSubstr("'scheme' is missing"));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace["layers"].erase(2); }),
              HasSubstr("belongs to no layer"));
}

TEST(Trace, RefusesUnknownKeysAndLayersWithoutAName) {
  EXPECT_THAT(changed_error([](json&, json& trace) { trace["sceme"] = "gptq"; }),
              HasSubstr("trace metadata: unknown key 'sceme': did you mean 'scheme'?"));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace["layers"][2]["offset_bits"] = 16; }),
              AllOf(HasSubstr("('rows')"), HasSubstr("unknown key 'offset_bits'")));
  EXPECT_THAT(changed_error([](json&, json& trace) { trace["layers"][2]["name"] = ""; }),
              AllOf(HasSubstr("layer 2"), HasSubstr("'name' is empty")));
}

TEST(Trace, RefusesEncodingsThatNoSchemeHas) {
  EXPECT_THAT(layer_error(1, "bits", 4), HasSubstr("'bits' must be an integer from 8 to 8, not 4"));
  EXPECT_THAT(layer_error(1, "group_cols", 8), HasSubstr("'group_cols' K = 21, not 1 and 8"));
  EXPECT_THAT(layer_error(1, "group_rows", 2), HasSubstr("'group_rows' must be 1"));
  EXPECT_THAT(layer_error(1, "group_index_bits", 2), HasSubstr("'group_index_bits'"));
  EXPECT_THAT(layer_error(10, "bits", 15), HasSubstr("'bits' must be an integer from 16 to 16, not 15"));
  EXPECT_THAT(layer_error(10, "group_rows", 1),
              AllOf(HasSubstr("('int16')"), HasSubstr("'group_rows' must be M = 18 and 'group_cols' K = 21"),
                    HasSubstr("not 1 and 21")));
  EXPECT_THAT(layer_error(10, "group_cols", 8), HasSubstr("not 18 and 8"));
  EXPECT_THAT(layer_error(10, "scale_type", "none"), HasSubstr("does not go with its coding"));
  EXPECT_THAT(layer_error(10, "scale_type", "power_of_two"), HasSubstr("does not go with its coding"));
  EXPECT_THAT(layer_error(10, "zero_bits", 16), HasSubstr("'zero_bits' must be an integer from 0 to 0"));
  EXPECT_THAT(layer_error(10, "group_index_bits", 2), HasSubstr("'group_index_bits'"));
  EXPECT_THAT(layer_error(10, "terms", 1), HasSubstr("'terms'"));
  EXPECT_THAT(layer_error(10, "K", 20), HasSubstr("'group_cols' K = 20"));
  EXPECT_THAT(layer_error(3, "bits", 9), HasSubstr("'bits' must be an integer from 1 to 8, not 9"));
  EXPECT_THAT(layer_error(8, "group_cols", 16), HasSubstr("'group_cols' must be 1 or 8, not 16"));
}

TEST(Trace, RefusesTensorsOfAnotherType) {
  EXPECT_THAT(changed_error([](json& header, json&) { header["rows.scales"]["dtype"] = "BF16"; }),
              HasSubstr("'rows.scales' is BF16 [18, 1], its layer's encoding needs F16"));
}

TEST(Trace, RefusesValuesOutOfRange) {
  const TemporaryFolder folder;
  const auto message = [&](const std::function<void(Trace&)>& change) {
    Trace trace = random_trace(7);
    change(trace);
    write_trace(folder / "t", trace);
    return error_of([&] { read_trace(folder / "t"); });
  };
  EXPECT_THAT(message([](Trace& trace) { trace.layers[0].weight[5] = 0x7e00; }),
              HasSubstr("tensor 'fp16.weight': element 5 is NaN"));
  EXPECT_THAT(message([](Trace& trace) { trace.layers[3].scales[2] = INFINITY; }),
              HasSubstr("tensor 'symmetric.scales': element 2 is infinite"));
  EXPECT_THAT(message([](Trace& trace) { trace.layers[5].group_index[4] = 3; }),
              HasSubstr("column 4 is in group 3 of 3"));
  EXPECT_THAT(message([](Trace& trace) { trace.layers[2].zeros[6] = 8; }),
              HasSubstr("tensor 'rows.zeros': element 6 is 8, a zero point of 3 bits is at most 7"));
  EXPECT_THAT(message([](Trace& trace) { trace.layers[8].pot[1] = 0x80; }), HasSubstr("element 1 is 0x80"));
  for (const float scale : {0.75f, -0.5f, 0.0f, 0x1.8p-23f})
    EXPECT_THAT(message([&](Trace& trace) { trace.layers[10].scales[0] = round_to_half(scale); }),
                AllOf(HasSubstr("tensor 'int16.scales': element 0 is "),
                      HasSubstr("the scale of int16 is a power of two from 2^-24 to 2^15")));
  for (const float scale : {0x1p114f, 0x1p-127f, 0x1.000002p0f})
    EXPECT_THAT(message([&](Trace& trace) { trace.layers[11].scales[0] = scale; }),
                HasSubstr("a power of two from 2^-126 to 2^113"));
  for (const float scale : {0x1p113f, 0x1p-126f, 1.0f})
    EXPECT_EQ(message([&](Trace& trace) { trace.layers[11].scales[0] = scale; }), "no error");
}

TEST(Trace, DamagedFilesAreReadOrRefused) {
  const TemporaryFolder folder;
  write_trace(folder / "whole", random_trace(8));
  const auto read = [](const std::filesystem::path& path) {
    for (const Layer& layer : read_trace(path).layers) decode(layer);
  };
  EXPECT_GT(testing::refused_of_1000_damaged(testing::read_bytes(folder / "whole"), 3, read), 500);
}

}  // namespace
}  // namespace eyeshift
