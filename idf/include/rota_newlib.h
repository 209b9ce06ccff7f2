// What the chips' C library has and this machine's lacks; its threads as tasks
// (idf/program_threads.h), and its sockets. The build face includes it in every source of a
// project, because such sources include nothing but <string.h> or <stdlib.h> for it.
#pragma once

// Calls that may wait for the network: other tasks run meanwhile (idf/socket_calls.cc). The other
// ones are renamed in sys/socket.h, poll.h and netdb.h beside this file. Not macros: these names
// are words that classes and structures have, too. The face's own sources call the C library.
#ifndef ROTA_FACE_SOURCE
#pragma redefine_extname read rota_read
#pragma redefine_extname select rota_select
#pragma redefine_extname write rota_write
#endif

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 38)
// Copy or append as much as fits with a NUL. Return the length that was wanted.
size_t strlcpy(char* into, const char* from, size_t size);
size_t strlcat(char* into, const char* from, size_t size);
#endif

// The digits of a number, base 2 to 36. Return the buffer; an empty text for another base.
char* itoa(int value, char* buffer, int base);
char* utoa(unsigned value, char* buffer, int base);

// As the calls without rota_, but other tasks run while the caller waits; threads are tasks.
int rota_pthread_mutex_lock(pthread_mutex_t* mutex);
int rota_pthread_mutex_unlock(pthread_mutex_t* mutex);
int rota_pthread_rwlock_rdlock(pthread_rwlock_t* rwlock);
int rota_pthread_rwlock_wrlock(pthread_rwlock_t* rwlock);
int rota_pthread_rwlock_unlock(pthread_rwlock_t* rwlock);
int rota_pthread_cond_signal(pthread_cond_t* condition);
int rota_pthread_cond_broadcast(pthread_cond_t* condition);
int rota_pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex);
int rota_pthread_cond_timedwait(pthread_cond_t* condition,
                                pthread_mutex_t* mutex,
                                const struct timespec* until);
int rota_pthread_cond_clockwait(pthread_cond_t* condition,
                                pthread_mutex_t* mutex,
                                clockid_t clock,
                                const struct timespec* until);
int rota_pthread_create(pthread_t* thread,
                        const pthread_attr_t* attributes,
                        void* (*body)(void*),
                        void* argument);
int rota_pthread_join(pthread_t thread, void** result);
int rota_pthread_detach(pthread_t thread);
int rota_sem_post(sem_t* semaphore);
int rota_sem_wait(sem_t* semaphore);
int rota_sem_timedwait(sem_t* semaphore, const struct timespec* until);
int rota_nanosleep(const struct timespec* time, struct timespec* left);
int rota_usleep(unsigned int microseconds);
unsigned int rota_sleep(unsigned int seconds);

#ifdef __cplusplus
}
#endif

// With any arguments: a method of the program may have such a name.
#define pthread_mutex_lock(...) rota_pthread_mutex_lock(__VA_ARGS__)
#define pthread_mutex_unlock(...) rota_pthread_mutex_unlock(__VA_ARGS__)
#define pthread_rwlock_unlock(...) rota_pthread_rwlock_unlock(__VA_ARGS__)
#define pthread_rwlock_rdlock(...) rota_pthread_rwlock_rdlock(__VA_ARGS__)
#define pthread_rwlock_wrlock(...) rota_pthread_rwlock_wrlock(__VA_ARGS__)
#define pthread_cond_signal(...) rota_pthread_cond_signal(__VA_ARGS__)
#define pthread_cond_broadcast(...) rota_pthread_cond_broadcast(__VA_ARGS__)
#define pthread_cond_wait(...) rota_pthread_cond_wait(__VA_ARGS__)
#define pthread_cond_timedwait(...) rota_pthread_cond_timedwait(__VA_ARGS__)
#define pthread_cond_clockwait(...) rota_pthread_cond_clockwait(__VA_ARGS__)
#define pthread_create(...) rota_pthread_create(__VA_ARGS__)
#define pthread_join(...) rota_pthread_join(__VA_ARGS__)
#define pthread_detach(...) rota_pthread_detach(__VA_ARGS__)
#define sem_post(...) rota_sem_post(__VA_ARGS__)
#define sem_wait(...) rota_sem_wait(__VA_ARGS__)
#define sem_timedwait(...) rota_sem_timedwait(__VA_ARGS__)
#define nanosleep(...) rota_nanosleep(__VA_ARGS__)
#define usleep(...) rota_usleep(__VA_ARGS__)
#define sleep(...) rota_sleep(__VA_ARGS__)
