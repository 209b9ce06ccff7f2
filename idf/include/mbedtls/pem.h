// PEM: keys and certificates are parsed from it directly.
#pragma once

#include "mbedtls/pk.h"
