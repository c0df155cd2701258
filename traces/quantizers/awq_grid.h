#pragma once

namespace eyeshift {

// The least span of a grid in AWQ's code (Lin et al., MLSys 2024) and AdaDim's, which takes it over. A group
// whose weights all have one sign is covered from zero on, here as on any other grid.
inline constexpr double kAwqLeastRange = 1e-5;

}  // namespace eyeshift
