// The host's <poll.h>. Other tasks run while one of these waits (idf/socket_calls.cc).
#pragma once

// Before the declarations: a C++ compiler does not look back.
#ifndef ROTA_FACE_SOURCE
#pragma redefine_extname poll rota_poll
#endif

#include_next <poll.h>
