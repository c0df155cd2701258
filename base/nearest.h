#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eyeshift {

// The candidate with the smallest edit distance to `name`, the first of equals; "" where none is close enough
// to be a misspelling (more than a third of the name's length, at least 2).
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

// "; did you mean 'x'?" for the nearest name x, "" where there is none.
std::string hint(std::string_view name, const std::vector<std::string>& candidates);

// "a, b, c"; "none" for an empty list.
std::string join_names(const std::vector<std::string>& names);

}  // namespace eyeshift
