// Names of the analog channels.
#pragma once

#include "hal/adc_types.h"
