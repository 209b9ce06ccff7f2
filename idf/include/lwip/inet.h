// The name that ESP-IDF has for <arpa/inet.h>: a virtual board uses the host's sockets.
#pragma once

#include <arpa/inet.h>
