#include "traces/run/partial_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/errors.h"
#include "base/files/atomic_file.h"
#include "base/files/input_file.h"
#include "base/files/sha256.h"

namespace eyeshift {
namespace {

namespace fs = std::filesystem;

constexpr char kLock[] = "lock";
constexpr char kJob[] = "job.json";

bool is_own(const std::string& name) {
  for (const char* own : {kLock, kJob, "stage-", "sensitivity-", "trace.safetensors"})
    if (name.rfind(own, 0) == 0) return true;
  return false;
}

// Names of files need not be UTF-8, JSON must be.
std::string text_of(const nlohmann::json& json) {
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Where two jobs differ: "bits is 3 there and 4 here".
std::string first_difference(const nlohmann::json& there, const nlohmann::json& here) {
  for (const auto& [key, value] : here.items()) {
    const nlohmann::json other = there.contains(key) ? there[key] : nlohmann::json();
    if (other == value) continue;
    const auto shown = [](const nlohmann::json& json) {
      constexpr size_t kMost = 80;
      const std::string text = json.dump();
      return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
    };
    return "'" + key + "' is " + shown(other) + " there and " + shown(value) + " here";
  }
  return "it asks for more than this one";
}

}  // namespace

// Held until the process ends, in whatever way.
class PartialFolder::Lock {
 public:
  explicit Lock(const fs::path& folder) {
    const std::string file = folder / kLock;
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw InputError("cannot write '" + file + "': " + std::strerror(errno));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(descriptor_);
    throw InputError("'" + folder.string() +
                     "' is in use by another run: wait for its end, or choose another output");
  }
  ~Lock() { ::close(descriptor_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int descriptor_;
};

PartialFolder::PartialFolder(const fs::path& output, const nlohmann::json& job, bool restart)
    : path_(fs::weakly_canonical(output)) {
  path_ += ".partial";
  std::error_code error;
  fs::create_directory(path_, error);
  if (!fs::is_directory(path_))
    throw InputError("cannot make the folder '" + path_.string() +
                     "': " + (error ? error.message() : "a file has this name") + ": choose another output");
  const fs::directory_iterator entries(path_);
  const bool is_foreign = std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
    return !is_own(entry.path().filename().string());
  });
  if (is_foreign)
    throw InputError("'" + path_.string() +
                     "' holds files that no run of this program makes: choose another "
                     "output");
  lock_ = std::make_unique<const Lock>(path_);
  if (restart) remove_files();
  check_job(job);
}

PartialFolder::~PartialFolder() = default;

void PartialFolder::check_job(const nlohmann::json& job) const {
  if (!fs::exists(path_ / kJob)) {
    remove_files();  // of a run that was killed as it removed its files: nobody knows what job they belong to
    write(kJob, job);
    return;
  }
  const auto there = read(kJob);
  const auto here = nlohmann::json::parse(text_of(job));
  if (there && *there == here) return;
  throw InputError("'" + path_.string() + "' holds what another run has finished" +
                   (there ? ": " + first_difference(*there, here) : ", damaged") +
                   ": begin that run again, give --restart to throw it away, or choose another output");
}

void PartialFolder::write(const std::string& name, const nlohmann::json& content) const {
  const std::string text = text_of(content);
  write_file_atomically(path_ / name, sha256_hex(text) + "\n" + text + "\n");
}

std::optional<nlohmann::json> PartialFolder::read(const std::string& name) const {
  constexpr uint64_t kLargest = 100'000'000;
  constexpr size_t kDigits = 64;
  if (!fs::exists(path_ / name)) return {};
  const std::string all = read_text(path_ / name, kLargest);
  if (all.size() < kDigits + 2) return {};
  const std::string text = all.substr(kDigits + 1, all.size() - kDigits - 2);
  if (all.compare(0, kDigits, sha256_hex(text)) != 0) return {};
  return nlohmann::json::parse(text);
}

void PartialFolder::remove() {
  remove_files();
  std::error_code ignored;
  fs::remove(path_ / kLock, ignored);
  fs::remove(path_, ignored);
}

void PartialFolder::remove_files() const {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (is_own(name) && name != kLock) files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file);
}

std::string sha256_of_file(const fs::path& path) {
  constexpr uint64_t kPart = 1 << 20;
  const InputFile file(path);
  Sha256 hash;
  for (uint64_t offset = 0; offset < file.size(); offset += kPart) {
    const std::vector<uint8_t> part = file.read(offset, std::min(kPart, file.size() - offset));
    hash.add(part.data(), part.size());
  }
  return hash.hex();
}

}  // namespace eyeshift
