// Runs the registered tests and ends with a line that counts them.
#include <gtest/gtest.h>

#include "base/assert.h"

namespace testing {

Run& Run::get() {
  static Run run;
  return run;
}

bool Test::HasFailure() { return Run::get().failures > 0; }

ScopedTrace*& ScopedTrace::innermost() {
  static ScopedTrace* innermost = nullptr;
  return innermost;
}

void Reporter::operator=(const Message& message) const {
  if (file == nullptr) return;  // skipped
  ++Run::get().failures;
  print_text(std::string(file) + ":" + std::to_string(line) + ": " + what + " " + message.text() +
             "\n");
  for (const ScopedTrace* trace = ScopedTrace::innermost(); trace != nullptr;
       trace = trace->outer()) {
    print_text("    " + trace->text() + "\n");
  }
}

namespace {

int passed = 0;
int failed = 0;

void run_one(const Registered& test) {
  Run::get().failures = 0;
  Test* body = test.make();
  body->SetUp();
  body->TestBody();
  body->TearDown();
  delete body;
  if (Run::get().failures == 0) {
    ++passed;
    return;
  }
  ++failed;
  print_text(std::string("FAILED ") + test.suite + "." + test.name + "\n");
}

int run_all() {
  for (const Registered* test = Run::get().tests.first; test != nullptr; test = test->next) {
    run_one(*test);
  }
  for (const ParameterGroup* group = Run::get().groups; group != nullptr; group = group->next) {
    group->run(&run_one);
  }
  print_text(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed\n");
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace testing

extern "C" void rota_assertion_failed(const char* condition, const char* file, int line) {
  testing::print_text(std::string(file) + ":" + std::to_string(line) +
                      ": assertion failed: " + condition + "\n");
  testing::end_program(3);
}

int main() { return testing::run_all(); }
