// The few matchers that the device's unit tests use stand in gtest/gtest.h.
#pragma once
#include <gtest/gtest.h>
