#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace eyeshift {

// Runs work(0) .. work(count - 1) in child processes of their own, at most `parallel` at a time, and hands
// what each returns to take(index, bytes) in this process, in the order in which they end. An exception in a
// child is thrown here with the same text, as InputError or InternalError; so is a child's death by a signal.
// The other children are ended first.
void run_in_children(size_t count, int parallel, const std::function<std::string(size_t)>& work,
                     const std::function<void(size_t, const std::string&)>& take);

}  // namespace eyeshift
