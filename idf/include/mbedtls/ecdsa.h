// ECDSA: by mbedtls/pk.h.
#pragma once

#include "mbedtls/ecp.h"
