/* A machine that is short of memory: loaded with LD_PRELOAD, it lets allocations of some sizes fail.

   The file SHORT_MEMORY_GATE holds three numbers of eight bytes: the least and the greatest size in bytes that fails,
   and the count of allocations that have failed. While the greatest is 0, none fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

struct gate { uint64_t least, greatest, failed; };
static struct gate none;
static volatile struct gate *gate = &none;

__attribute__((constructor)) static void open_gate(void) {
  int fd = open(getenv("SHORT_MEMORY_GATE"), O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof(struct gate), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) gate = mapped;
  close(fd);
}

static int fails(size_t size) {
  if (size < gate->least || size > gate->greatest) return 0;
  __atomic_add_fetch(&gate->failed, 1, __ATOMIC_RELAXED);
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return fails(size) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails(count * size) ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return fails(size) ? NULL : __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return fails(size) ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  *result = memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
