#include "models/types/result.h"

namespace eyeshift {

const char* bound_name(Bound bound) {
  switch (bound) {
    case Bound::compute:
      return "compute";
    case Bound::dram:
      return "dram";
    case Bound::filter_noc:
      return "filter_noc";
    case Bound::input_noc:
      return "input_noc";
    case Bound::psum_in_noc:
      return "psum_in_noc";
    case Bound::psum_out_noc:
      return "psum_out_noc";
  }
  return "unknown";
}

}  // namespace eyeshift
