// The name that ESP-IDF has for <netdb.h>: a virtual board uses the host's sockets.
#pragma once

#include <netdb.h>

#include "lwip/sockets.h"
