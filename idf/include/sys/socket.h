// The host's <sys/socket.h>. Other tasks run while one of these waits (idf/socket_calls.cc).
#pragma once

// Before the declarations: a C++ compiler does not look back.
#ifndef ROTA_FACE_SOURCE
#pragma redefine_extname accept rota_accept
#pragma redefine_extname accept4 rota_accept4
#pragma redefine_extname bind rota_bind
#pragma redefine_extname connect rota_connect
#pragma redefine_extname recv rota_recv
#pragma redefine_extname recvfrom rota_recvfrom
#pragma redefine_extname recvmsg rota_recvmsg
#pragma redefine_extname send rota_send
#pragma redefine_extname sendmsg rota_sendmsg
#pragma redefine_extname sendto rota_sendto
#endif

#include_next <sys/socket.h>
