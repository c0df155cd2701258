#include "tests/support/child.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/child_processes.h"

namespace eyeshift::testing {
namespace {

using Reporter = ::testing::ScopedFakeTestPartResultReporter;

// The failures of the body, as a JSON list.
std::string failures_of(const std::function<void()>& body) {
  ::testing::TestPartResultArray results;
  {
    const Reporter reporter(Reporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    body();
  }
  auto failures = nlohmann::json::array();
  for (int i = 0; i < results.size(); ++i) {
    const ::testing::TestPartResult& result = results.GetTestPartResult(i);
    if (!result.failed()) continue;
    const char* file = result.file_name();
    failures.push_back({{"file", file == nullptr ? "" : file},
                        {"line", result.line_number()},
                        {"message", result.message()}});
  }
  return failures.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void in_child(const std::function<void()>& body) {
  run_in_children(
      1, 1, [](size_t) { return std::string("the test's body"); }, [&](size_t) { return failures_of(body); },
      [](size_t, const std::string& bytes) {
        for (const auto& failure : nlohmann::json::parse(bytes))
          ADD_FAILURE_AT(failure["file"].get<std::string>().c_str(), failure["line"].get<int>())
              << failure["message"].get<std::string>();
      });
}

}  // namespace eyeshift::testing
