#pragma once

#include <functional>

namespace eyeshift::testing {

// Runs a test's body in a process of its own, because a process can elaborate one SystemC model only. What
// fails there fails here, with its file, line and text; an exception there is an InternalError here.
void in_child(const std::function<void()>& body);

}  // namespace eyeshift::testing
