#pragma once

#include <string>
#include <vector>

#include "base/registry.h"

namespace eyeshift {

// A value of the simulator that stands beside a published one.
struct Reproduced {
  std::string subject;  // such as a layer, as the publication's file names it
  std::string quantity;
  double value = 0;  // in the published unit
  std::string
      variant;       // where there are several of a subject and quantity: how this one differs; one has none
  std::string note;  // what a reader should know of it; may be empty
  bool summarized = true;  // in its quantity's mean error; sums over subjects and variants are not
};

// What a publication prints, simulated again. Stateless; registers itself with Registration<Reproduction,
// ...> in its own file, under the name of the publication's file in configs/published.
class Reproduction {
 public:
  virtual ~Reproduction() = default;

  // One line for --help.
  virtual std::string summary() const = 0;

  // Simulates, with at most `parallel` processes at once, all that the publication prints, in the order in
  // which it shall be reported.
  virtual std::vector<Reproduced> run(int parallel) const = 0;
};

}  // namespace eyeshift
