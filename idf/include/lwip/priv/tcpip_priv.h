// Nothing of it is needed beside the host's sockets.
#pragma once

#include "lwip/err.h"
#include "lwip/inet.h"
