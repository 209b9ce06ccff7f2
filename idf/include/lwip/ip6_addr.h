// Nothing of it is needed beside the host's sockets.
#pragma once

#include "lwip/inet.h"
