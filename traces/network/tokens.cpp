#include "traces/network/tokens.h"

#include "base/errors.h"
#include "base/files/data_files.h"
#include "base/files/data_places.h"
#include "base/files/input_file.h"
#include "traces/tensor_io/npy.h"

namespace eyeshift {
namespace {

constexpr char kTexts[] = "traces/text";

std::vector<int64_t> read_ids(const std::filesystem::path& path, int64_t vocabulary) {
  constexpr int64_t kByteValues = 256;
  constexpr uint64_t kLargestText = uint64_t{1} << 31;
  if (path.extension() == ".npy") return read_npy(path).to_integers(path);
  if (vocabulary != kByteValues)
    throw InputError(path.string() +
                     ": text is read as bytes, which fit a vocabulary of 256, the network's is " +
                     std::to_string(vocabulary) + ": give its token ids as a .npy of integers");
  const std::string text = read_text(path, kLargestText);
  std::vector<int64_t> ids;
  ids.reserve(text.size());
  for (const char character : text) ids.push_back(static_cast<unsigned char>(character));
  return ids;
}

}  // namespace

std::vector<std::string> text_names() { return data_file_names(kTexts); }

std::string own_text(const std::string& name) { return data_folder(kTexts) / (name + ".txt"); }

std::string find_text(const std::string& path_or_name) {
  return find_data_file(path_or_name, kTexts, "text");
}

Tokens load_tokens(const std::filesystem::path& path, int64_t vocabulary) {
  const std::vector<int64_t> ids = read_ids(path, vocabulary);
  if (ids.empty()) throw InputError(path.string() + ": holds no tokens");
  Tokens tokens;
  tokens.reserve(ids.size());
  for (size_t position = 0; position < ids.size(); ++position) {
    if (ids[position] < 0 || ids[position] >= vocabulary)
      throw InputError(path.string() + ": token " + std::to_string(position) + " is " +
                       std::to_string(ids[position]) + ", the network's vocabulary has ids 0 to " +
                       std::to_string(vocabulary - 1));
    tokens.push_back(static_cast<int32_t>(ids[position]));
  }
  return tokens;
}

int64_t count_windows(const Network& network, const Tokens& tokens, int64_t window, int64_t least,
                      const std::string& what) {
  if (window < least || window > network.positions())
    throw InputError("a window of " + std::to_string(window) + " tokens: network '" + network.name() +
                     "' allows " + std::to_string(least) + " to " + std::to_string(network.positions()));
  const int64_t windows = static_cast<int64_t>(tokens.size()) / window;
  if (windows == 0)
    throw InputError("the " + what + " has " + std::to_string(tokens.size()) + " tokens, one window has " +
                     std::to_string(window) + ": give more text or a smaller window");
  return windows;
}

}  // namespace eyeshift
