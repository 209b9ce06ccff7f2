// The host's <netdb.h>. Other tasks run while one of these waits (idf/socket_calls.cc).
#pragma once

// Before the declarations: a C++ compiler does not look back.
#ifndef ROTA_FACE_SOURCE
#pragma redefine_extname getaddrinfo rota_getaddrinfo
#pragma redefine_extname gethostbyname rota_gethostbyname
#endif

#include_next <netdb.h>
