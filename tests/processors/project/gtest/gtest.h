// A stand-in for the part of GoogleTest that the device's unit tests use, for processors without an
// operating system. Tests register themselves; run_all() runs them in the order of their names'
// files.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace testing {

void print_text(std::string_view text);  // bare_metal.cc or hosted.cc
[[noreturn]] void end_program(int status);

class Test {
 public:
  virtual ~Test() = default;
  virtual void SetUp() {}
  virtual void TearDown() {}
  virtual void TestBody() = 0;
  static bool HasFailure();  // of the test that runs
};

struct Registered {
  const char* suite;
  const char* name;
  Test* (*make)();
  Registered* next = nullptr;
};

// Tests in the order in which they registered themselves.
struct TestList {
  Registered* first = nullptr;
  Registered* last = nullptr;
  void add(Registered& test) {
    (first == nullptr ? first : last->next) = &test;
    last = &test;
  }
};

// The tests of a suite with parameters, run once for each of its values.
struct ParameterGroup {
  void (*run)(void (*run_one)(const Registered& test));
  ParameterGroup* next = nullptr;
};

struct Run {
  TestList tests;
  ParameterGroup* groups = nullptr;
  int failures = 0;  // of the test that runs
  static Run& get();
};

struct Registration {
  explicit Registration(Registered& test) { Run::get().tests.add(test); }
  Registration(TestList& list, Registered& test) { list.add(test); }
  explicit Registration(ParameterGroup& group) {
    group.next = Run::get().groups;
    Run::get().groups = &group;
  }
};

template <class T>
class WithParamInterface {
 public:
  using ParamType = T;
  static const T*& current() {
    static const T* value = nullptr;
    return value;
  }
  static const T& GetParam() { return *current(); }
};
template <class T>
class TestWithParam : public Test, public WithParamInterface<T> {};

template <class Suite>
TestList& parameter_tests() {
  static TestList list;
  return list;
}

template <class... T>
auto Values(T... values) {
  return std::array<std::common_type_t<T...>, sizeof...(T)>{values...};
}
inline std::array<bool, 2> Bool() { return {false, true}; }

// What a failed comparison shows of a value.
template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<long long>(value));
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(static_cast<long long>(value));
  } else if constexpr (std::is_null_pointer_v<T>) {
    return "nullptr";
  } else if constexpr (std::is_pointer_v<std::decay_t<T>> && !std::is_array_v<T>) {
    return value == nullptr ? "nullptr" : "a pointer";
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return "\"" + std::string(std::string_view(value)) + "\"";
  } else {
    return "a value of " + std::to_string(sizeof(T)) + " bytes";
  }
}

// Collects what a test streams into a failure.
class Message {
 public:
  template <class T>
  Message& operator<<(const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      text_ += std::string_view(value);
    } else {
      text_ += shown(value);
    }
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Reports on assignment, so that what is streamed behind the macro comes first.
struct Reporter {
  const char* file;
  int line;
  std::string what;
  void operator=(const Message& message) const;
};

class ScopedTrace {
 public:
  explicit ScopedTrace(const Message& message) : text_(message.text()), outer_(innermost()) {
    innermost() = this;
  }
  ~ScopedTrace() { innermost() = outer_; }
  ScopedTrace(const ScopedTrace&) = delete;
  ScopedTrace& operator=(const ScopedTrace&) = delete;
  static ScopedTrace*& innermost();
  const std::string& text() const { return text_; }
  ScopedTrace* outer() const { return outer_; }

 private:
  std::string text_;
  ScopedTrace* outer_;
};

// Integers of different signs compare as numbers, as the tests mean it.
template <class A, class B>
bool equal(const A& a, const B& b) {
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B> && !std::is_same_v<A, bool> &&
                !std::is_same_v<B, bool>) {
    return static_cast<long long>(a) == static_cast<long long>(b);
  } else {
    return a == b;
  }
}

struct Comparison {
  bool holds;
  std::string what;
};

template <class A, class B, class Compare>
Comparison compare(const char* texts, const char* sign, const A& a, const B& b, Compare&& test) {
  if (test(a, b)) return {true, {}};
  return {false, std::string("expected ") + texts + " to be " + sign + "; they are " + shown(a) +
                     " and " + shown(b)};
}

struct HasSubstr {
  explicit HasSubstr(std::string_view part) : part_(part) {}
  bool matches(std::string_view text) const { return text.find(part_) != std::string_view::npos; }
  std::string part_;
};

}  // namespace testing

#define ROTA_GTEST_JOIN_(a, b) a##b
#define ROTA_GTEST_JOIN(a, b) ROTA_GTEST_JOIN_(a, b)

#define ROTA_GTEST_TEST_(suite, name, base)                                                        \
  class suite##_##name final : public base {                                                       \
   public:                                                                                         \
    void TestBody() override;                                                                      \
  };                                                                                               \
  static ::testing::Registered suite##_##name##_registered{                                        \
      #suite, #name, []() -> ::testing::Test* { return new suite##_##name; }, nullptr};            \
  static const ::testing::Registration suite##_##name##_registration{suite##_##name##_registered}; \
  void suite##_##name::TestBody()

#define TEST_P(suite, name)                                                             \
  class suite##_##name final : public suite {                                           \
   public:                                                                              \
    void TestBody() override;                                                           \
  };                                                                                    \
  static ::testing::Registered suite##_##name##_registered{                             \
      #suite, #name, []() -> ::testing::Test* { return new suite##_##name; }, nullptr}; \
  static const ::testing::Registration suite##_##name##_registration{                   \
      ::testing::parameter_tests<suite>(), suite##_##name##_registered};                \
  void suite##_##name::TestBody()

// What names the values is for reports of the host.
#define INSTANTIATE_TEST_SUITE_P(prefix, suite, values, ...)                                  \
  static ::testing::ParameterGroup prefix##_##suite##_group{                                  \
      [](void (*run_one)(const ::testing::Registered&)) {                                     \
        const auto all = values;                                                              \
        for (const auto& value : all) {                                                       \
          const suite::ParamType parameter = value;                                           \
          suite::current() = &parameter;                                                      \
          for (const ::testing::Registered* test = ::testing::parameter_tests<suite>().first; \
               test != nullptr; test = test->next) {                                          \
            run_one(*test);                                                                   \
          }                                                                                   \
        }                                                                                     \
      },                                                                                      \
      nullptr};                                                                               \
  static const ::testing::Registration prefix##_##suite##_registration { prefix##_##suite##_group }

#define TEST(suite, name) ROTA_GTEST_TEST_(suite, name, ::testing::Test)
#define TEST_F(fixture, name) ROTA_GTEST_TEST_(fixture, name, fixture)

#define ROTA_GTEST_AS_EXPECTED(...)                                                             \
  if (const ::testing::Comparison rota_gtest_result = (__VA_ARGS__); rota_gtest_result.holds) { \
  } else /* NOLINT */                                                                           \
    ::testing::Reporter{__FILE__, __LINE__, rota_gtest_result.what} = ::testing::Message()
#define ROTA_GTEST_OR_RETURN(...)                                                               \
  if (const ::testing::Comparison rota_gtest_result = (__VA_ARGS__); rota_gtest_result.holds) { \
  } else /* NOLINT */                                                                           \
    return ::testing::Reporter{__FILE__, __LINE__, rota_gtest_result.what} = ::testing::Message()

#define ROTA_GTEST_COMPARE(a, b, sign, test)    \
  ::testing::compare(#a " and " #b, sign, a, b, \
                     [](const auto& rota_a, const auto& rota_b) -> bool { return test; })
#define ROTA_GTEST_TRUTH(condition, wanted)                         \
  ::testing::Comparison {                                           \
    static_cast<bool>(condition) == (wanted),                       \
        "expected " #condition " to be " + ::testing::shown(wanted) \
  }

#define EXPECT_TRUE(c) ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_TRUTH(c, true))
#define EXPECT_FALSE(c) ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_TRUTH(c, false))
#define ASSERT_TRUE(c) ROTA_GTEST_OR_RETURN(ROTA_GTEST_TRUTH(c, true))
#define ASSERT_FALSE(c) ROTA_GTEST_OR_RETURN(ROTA_GTEST_TRUTH(c, false))
#define EXPECT_EQ(a, b) \
  ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_COMPARE(a, b, "equal", ::testing::equal(rota_a, rota_b)))
#define ASSERT_EQ(a, b) \
  ROTA_GTEST_OR_RETURN(ROTA_GTEST_COMPARE(a, b, "equal", ::testing::equal(rota_a, rota_b)))
#define EXPECT_NE(a, b) \
  ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_COMPARE(a, b, "different", !::testing::equal(rota_a, rota_b)))
#define ASSERT_NE(a, b) \
  ROTA_GTEST_OR_RETURN(ROTA_GTEST_COMPARE(a, b, "different", !::testing::equal(rota_a, rota_b)))
#define EXPECT_LT(a, b) ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_COMPARE(a, b, "rising", rota_a < rota_b))
#define EXPECT_LE(a, b) \
  ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_COMPARE(a, b, "not falling", rota_a <= rota_b))
#define EXPECT_GT(a, b) ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_COMPARE(a, b, "falling", rota_a > rota_b))
#define EXPECT_GE(a, b) \
  ROTA_GTEST_AS_EXPECTED(ROTA_GTEST_COMPARE(a, b, "not rising", rota_a >= rota_b))
#define ASSERT_LT(a, b) ROTA_GTEST_OR_RETURN(ROTA_GTEST_COMPARE(a, b, "rising", rota_a < rota_b))
#define ASSERT_LE(a, b) \
  ROTA_GTEST_OR_RETURN(ROTA_GTEST_COMPARE(a, b, "not falling", rota_a <= rota_b))
#define ASSERT_GT(a, b) ROTA_GTEST_OR_RETURN(ROTA_GTEST_COMPARE(a, b, "falling", rota_a > rota_b))
#define ASSERT_GE(a, b) \
  ROTA_GTEST_OR_RETURN(ROTA_GTEST_COMPARE(a, b, "not rising", rota_a >= rota_b))
#define EXPECT_THAT(value, matcher) \
  ROTA_GTEST_AS_EXPECTED(           \
      ::testing::Comparison{(matcher).matches(value), "expected " #value " to match " #matcher})
#define ADD_FAILURE() ROTA_GTEST_AS_EXPECTED((::testing::Comparison{false, "failed"}))
#define FAIL() ROTA_GTEST_OR_RETURN((::testing::Comparison{false, "failed"}))
#define SUCCEED() static_cast<void>(0)
#define GTEST_SKIP() return ::testing::Reporter{nullptr, 0, "skipped"} = ::testing::Message()
#define SCOPED_TRACE(text)                                                                       \
  const ::testing::ScopedTrace ROTA_GTEST_JOIN(rota_gtest_trace_, __LINE__)(::testing::Message() \
                                                                            << (text))
