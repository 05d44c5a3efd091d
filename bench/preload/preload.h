/* Code that the LD_PRELOAD stand-ins share: the C library's own functions, which a stand-in replaces. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_ioctl)(int, unsigned long, ...);
static ssize_t (*real_read)(int, void *, size_t);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);
static int (*real_munmap)(void *, size_t);

/* A replaced function calls this first: the program may call it before any constructor has run. */
static void find_library(void)
{
	if (real_munmap)
		return;
	real_open = dlsym(RTLD_NEXT, "open");
	real_close = dlsym(RTLD_NEXT, "close");
	real_ioctl = dlsym(RTLD_NEXT, "ioctl");
	real_read = dlsym(RTLD_NEXT, "read");
	real_mmap = dlsym(RTLD_NEXT, "mmap");
	real_munmap = dlsym(RTLD_NEXT, "munmap");
}

/* Define `name`, which is open() by one of its names: a path that is_ours() is opened by open_ours(). */
#define REPLACE_OPEN(name, is_ours, open_ours)                               \
	int name(const char *path, int flags, ...)                           \
	{                                                                    \
		va_list ap;                                                  \
		va_start(ap, flags);                                         \
		int mode = flags & O_CREAT ? va_arg(ap, int) : 0;            \
		va_end(ap);                                                  \
		find_library();                                              \
		return is_ours(path) ? open_ours(flags) : real_open(path, flags, mode); \
	}

static int fail(int code)
{
	errno = code;
	return -1;
}

static uint64_t nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
