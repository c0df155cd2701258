#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace eyeshift {

// Runs work(0) .. work(count - 1) in child processes of their own, at most `parallel` at a time, and hands
// what each returns to take(index, bytes) in this process, in the order in which they end. name(index) is
// what errors call the work, such as "simulating layer 'fc1'".
//
// An exception in a child is thrown here with the same text: InputError and InternalError as such, any other
// as std::runtime_error. A child that runs out of memory, or is killed as by a system that does, is a
// std::runtime_error that says so; another signal is an InternalError. The other children are ended first.
void run_in_children(size_t count, int parallel, const std::function<std::string(size_t)>& name,
                     const std::function<std::string(size_t)>& work,
                     const std::function<void(size_t, const std::string&)>& take);

}  // namespace eyeshift
