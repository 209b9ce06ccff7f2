// lwIP's own ARP interface is not there: use sockets.
#pragma once

#include "lwip/pbuf.h"
#include "lwip/sockets.h"
