// Error numbers of sockets: the host has them in errno.h.
#pragma once

#include <errno.h>
