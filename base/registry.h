#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/nearest.h"

namespace eyeshift {

// Named, stateless implementations of one interface (units, dataflows, quantizers). Filled before main()
// starts and only read after it, so that any thread may look names up. An implementation registers itself
// with a static Registration in its own file; lookups by name fail with an InputError that lists the names.
template <typename Interface>
class Registry {
 public:
  static Registry& instance() {
    static Registry registry;
    return registry;
  }

  void add(const std::string& name, std::unique_ptr<Interface> implementation) {
    if (!entries_.emplace(name, std::move(implementation)).second)
      throw InternalError("'" + name + "' is registered twice");
  }

  void remove(const std::string& name) { entries_.erase(name); }

  // kind: what the entries are called in the error, e.g. "unit".
  const Interface& find(const std::string& name, const std::string& kind) const {
    const auto entry = entries_.find(name);
    if (entry != entries_.end()) return *entry->second;
    throw InputError("unknown " + kind + " '" + name + "': known are " + join_names(names()) +
                     hint(name, names()));
  }

  // Sorted by name.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, unused] : entries_) all.push_back(name);
    return all;
  }

 private:
  std::map<std::string, std::unique_ptr<Interface>> entries_;
};

// Registered as long as this lives. Usage, at namespace scope of the implementation's file:
//   const Registration<Unit, MacFp16> registration("mac-fp16");
template <typename Interface, typename Implementation>
class Registration {
 public:
  explicit Registration(std::string name) : name_(std::move(name)) {
    Registry<Interface>::instance().add(name_, std::make_unique<Implementation>());
  }
  ~Registration() { Registry<Interface>::instance().remove(name_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  const std::string name_;
};

}  // namespace eyeshift
