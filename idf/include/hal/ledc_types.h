// Types of the PWM outputs.
#pragma once

#include "driver/ledc.h"
