// The host's sockets take the place of lwIP's own interface.
#pragma once

#include "lwip/sockets.h"
