/* A slow file system: loaded with LD_PRELOAD it makes calls on files beneath SLOW_DISK_ROOT wait.

   While the file SLOW_DISK_GATE exists it holds a number of milliseconds, or "hang": that is what each call takes.
   Each such call that the process's main thread makes is noted in the file SLOW_DISK_LOG. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_beneath(const char *path) {
  const char *root = getenv("SLOW_DISK_ROOT");
  size_t length = root ? strlen(root) : 0;
  return length && !strncmp(path, root, length) && (!path[length] || path[length] == '/');
}

static int is_ours(int at, const char *path) {
  char link[64], where[PATH_MAX];
  if (path && *path == '/') return is_beneath(path);
  if (at < 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", at);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, where, sizeof where - 1);
  if (length < 0) return 0;
  where[length] = 0;
  return is_beneath(where);
}

/* The state of the gate: -2 there is none, -1 hang, else milliseconds. */
static long gate(void) {
  char text[16] = "";
  const char *path = getenv("SLOW_DISK_GATE");
  int fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return -2;
  long length = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  return length > 0 && text[0] == 'h' ? -1 : atol(text);
}

static void wait_for_gate(int at, const char *path, const char *call) {
  if (!is_ours(at, path)) return;
  long wait_ms = gate();
  if (wait_ms == -2) return;
  if (syscall(SYS_gettid) == getpid()) {
    int fd = syscall(SYS_openat, AT_FDCWD, getenv("SLOW_DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char line[128];
    int length = snprintf(line, sizeof line, "%s %.90s\n", call, path ? path : "");
    syscall(SYS_write, fd, line, length);
    syscall(SYS_close, fd);
  }
  for (long waited = 0; wait_ms < 0 ? gate() == -1 : waited < wait_ms; waited += 5) usleep(5000);
}

static void pass(int at, const char *path, const char *call) {
  int before = errno; /* readdir tells its end from a failure by it */
  wait_for_gate(at, path, call);
  errno = before;
}

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })
#define CALL(type, name, at, path, given, ...) \
  type name given { pass(at, path, #name); return REAL(name)(__VA_ARGS__); }
#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more); \
    pass(-1, path, #name); return REAL(name)(path, flags, mode); }
#define OPENAT(name) \
  int name(int at, const char *path, int flags, ...) { \
    va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more); \
    pass(at, path, #name); return REAL(name)(at, path, flags, mode); }

OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)
CALL(int, close, fd, NULL, (int fd), fd)
CALL(int, stat, -1, path, (const char *path, struct stat *out), path, out)
CALL(int, stat64, -1, path, (const char *path, struct stat64 *out), path, out)
CALL(int, lstat, -1, path, (const char *path, struct stat *out), path, out)
CALL(int, lstat64, -1, path, (const char *path, struct stat64 *out), path, out)
CALL(int, fstat, fd, NULL, (int fd, struct stat *out), fd, out)
CALL(int, fstat64, fd, NULL, (int fd, struct stat64 *out), fd, out)
CALL(int, fstatat, at, path, (int at, const char *path, struct stat *out, int flags), at, path, out, flags)
CALL(int, fstatat64, at, path, (int at, const char *path, struct stat64 *out, int flags), at, path, out, flags)
CALL(int, statvfs, -1, path, (const char *path, struct statvfs *out), path, out)
CALL(int, statvfs64, -1, path, (const char *path, struct statvfs64 *out), path, out)
CALL(int, access, -1, path, (const char *path, int mode), path, mode)
CALL(int, faccessat, at, path, (int at, const char *path, int mode, int flags), at, path, mode, flags)
CALL(int, unlink, -1, path, (const char *path), path)
CALL(int, unlinkat, at, path, (int at, const char *path, int flags), at, path, flags)
CALL(int, rename, -1, to, (const char *from, const char *to), from, to)
CALL(int, renameat, at, to, (int from_at, const char *from, int at, const char *to), from_at, from, at, to)
CALL(int, link, -1, to, (const char *from, const char *to), from, to)
CALL(int, linkat, at, to, (int from_at, const char *from, int at, const char *to, int flags), from_at, from, at, to, flags)
CALL(int, mkdir, -1, path, (const char *path, mode_t mode), path, mode)
CALL(int, mkdirat, at, path, (int at, const char *path, mode_t mode), at, path, mode)
CALL(DIR *, opendir, -1, path, (const char *path), path)
CALL(DIR *, fdopendir, fd, NULL, (int fd), fd)
CALL(struct dirent64 *, readdir64, dirfd(dir), NULL, (DIR *dir), dir)
CALL(ssize_t, read, fd, NULL, (int fd, void *to, size_t size), fd, to, size)
CALL(ssize_t, write, fd, NULL, (int fd, const void *from, size_t size), fd, from, size)
CALL(ssize_t, pread, fd, NULL, (int fd, void *to, size_t size, off_t place), fd, to, size, place)
CALL(ssize_t, pread64, fd, NULL, (int fd, void *to, size_t size, off64_t place), fd, to, size, place)
CALL(ssize_t, pwrite, fd, NULL, (int fd, const void *from, size_t size, off_t place), fd, from, size, place)
CALL(ssize_t, pwrite64, fd, NULL, (int fd, const void *from, size_t size, off64_t place), fd, from, size, place)
CALL(ssize_t, pwritev, fd, NULL, (int fd, const struct iovec *from, int count, off_t place), fd, from, count, place)
CALL(ssize_t, pwritev64, fd, NULL, (int fd, const struct iovec *from, int count, off64_t place), fd, from, count, place)
CALL(ssize_t, pwritev2, fd, NULL, (int fd, const struct iovec *from, int count, off_t place, int flags), fd, from, count, place, flags)
CALL(ssize_t, pwritev64v2, fd, NULL, (int fd, const struct iovec *from, int count, off64_t place, int flags), fd, from, count, place, flags)
CALL(int, fsync, fd, NULL, (int fd), fd)
CALL(int, fdatasync, fd, NULL, (int fd), fd)
CALL(int, ftruncate, fd, NULL, (int fd, off_t size), fd, size)
CALL(int, ftruncate64, fd, NULL, (int fd, off64_t size), fd, size)
