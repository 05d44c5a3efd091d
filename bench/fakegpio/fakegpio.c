/* fakegpio: an LD_PRELOAD shim that stands in for a GPIO character device (linux/gpio.h, uAPI version 2).
 *
 *   FAKEGPIO_PATH   path of the chip (default /dev/gpiochip77)
 *   FAKEGPIO_STATE  file of one head and one record for each line, shared with the test: the test sets the
 *                   inputs and reads the outputs
 *
 * As in the kernel, a line belongs to one request; an edge that stays for the debounce period becomes an event with
 * a monotonic time stamp; a chip that is pulled out ends all requests, and their descriptors hang up.
 *
 * Build: cc -O2 -shared -fPIC -o fakegpio.so fakegpio.c -ldl -lpthread
 */
#include "chip.h"

static int is_chip(const char *path)
{
	return path && state && !strcmp(path, chip_path());
}

static struct request *request_of(int fd)
{
	for (int i = 0; i < MAX_REQUESTS; i++)
		if (requests[i].n && requests[i].fd == fd)
			return &requests[i];
	return NULL;
}

static int is_open_chip(int fd)
{
	for (int i = 0; i < nchips; i++)
		if (chips[i] == fd)
			return 1;
	return 0;
}

static int open_chip(int flags)
{
	(void)flags;
	if (state->mishap == 'g')
		return fail(ENOENT);
	int fd = real_open("/dev/null", O_RDONLY | O_CLOEXEC);
	pthread_mutex_lock(&lock);
	if (fd >= 0 && nchips < MAX_FDS)
		chips[nchips++] = fd;
	pthread_mutex_unlock(&lock);
	return fd;
}

/* ---- requests ---- */

static int is_free(const struct line *l)
{
	return !l->kernel && (!l->owner || kill(l->owner, 0));
}

static void set_output(struct line *l, unsigned active)
{
	unsigned level = l->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW ? !active : active;
	if (level != l->level || !l->nchanges)
		l->changes[l->nchanges++ % CHANGES] = level;
	l->level = level;
}

static uint64_t attribute(const struct gpio_v2_line_config *c, uint32_t id, unsigned i, uint64_t fallback)
{
	for (unsigned a = 0; a < c->num_attrs; a++)
		if (c->attrs[a].attr.id == id && c->attrs[a].mask >> i & 1)
			return id == GPIO_V2_LINE_ATTR_ID_FLAGS ? c->attrs[a].attr.flags
			     : id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE ? c->attrs[a].attr.debounce_period_us
			     : c->attrs[a].attr.values >> i & 1;
	return fallback;
}

static int request_lines(struct gpio_v2_line_request *q)
{
	struct request *r = NULL;
	for (int i = 0; i < MAX_REQUESTS && !r; i++)
		r = requests[i].n ? NULL : &requests[i];
	for (unsigned i = 0; i < q->num_lines; i++) {
		if (q->offsets[i] >= state->nlines)
			return fail(EINVAL);
		if (!r || !is_free(&state->lines[q->offsets[i]]))
			return fail(EBUSY);
	}
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -1;
	fcntl(ends[0], F_SETFL, 0);
	*r = (struct request){ .fd = ends[0], .sink = ends[1], .n = q->num_lines };
	for (unsigned i = 0; i < r->n; i++) {
		struct line *l = &state->lines[q->offsets[i]];
		r->offsets[i] = q->offsets[i];
		l->flags = r->flags = attribute(&q->config, GPIO_V2_LINE_ATTR_ID_FLAGS, i, q->config.flags);
		l->debounce_us = attribute(&q->config, GPIO_V2_LINE_ATTR_ID_DEBOUNCE, i, 0);
		l->owner = getpid();
		memcpy(l->consumer, q->consumer, sizeof l->consumer);
		r->debounce_ns = l->debounce_us * 1000ull;
		r->raw[i] = r->stable[i] = l->driven;
		r->swings[i] = l->swings;
		if (l->flags & GPIO_V2_LINE_FLAG_OUTPUT)
			set_output(l, attribute(&q->config, GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, i, 0));
	}
	q->fd = r->fd;
	pthread_t thread;
	if (!watching++ && !pthread_create(&thread, NULL, watch, NULL))
		pthread_detach(thread);
	return 0;
}

static unsigned active(const struct request *r, unsigned i)
{
	const struct line *l = &state->lines[r->offsets[i]];
	unsigned level = l->flags & GPIO_V2_LINE_FLAG_OUTPUT ? l->level : r->debounce_ns ? r->stable[i] : l->driven;
	return l->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW ? !level : level;
}

static int exchange_values(struct request *r, unsigned long req, struct gpio_v2_line_values *v)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < r->n; i++) {
		if (!(v->mask >> i & 1))
			continue;
		if (req == GPIO_V2_LINE_GET_VALUES_IOCTL)
			bits |= (uint64_t)active(r, i) << i;
		else if (!(state->lines[r->offsets[i]].flags & GPIO_V2_LINE_FLAG_OUTPUT))
			return fail(EPERM);
		else
			set_output(&state->lines[r->offsets[i]], v->bits >> i & 1);
	}
	if (req == GPIO_V2_LINE_GET_VALUES_IOCTL)
		v->bits = bits;
	return 0;
}

static int tell_chip(struct gpiochip_info *c)
{
	memset(c, 0, sizeof *c);
	strcpy(c->name, strrchr(chip_path(), '/') + 1);
	strcpy(c->label, "fakegpio");
	c->lines = state->nlines;
	return 0;
}

static int tell_line(struct gpio_v2_line_info *i)
{
	unsigned offset = i->offset;
	if (offset >= state->nlines)
		return fail(EINVAL);
	const struct line *l = &state->lines[offset];
	memset(i, 0, sizeof *i);
	i->offset = offset;
	i->flags = is_free(l) ? GPIO_V2_LINE_FLAG_INPUT : l->flags | GPIO_V2_LINE_FLAG_USED;
	memcpy(i->name, l->name, sizeof i->name);
	return 0;
}

static int answer(int fd, unsigned long req, void *arg)
{
	struct request *r = request_of(fd);
	if (state->mishap == 'g')
		return fail(ENODEV);
	if (r && (req == GPIO_V2_LINE_GET_VALUES_IOCTL || req == GPIO_V2_LINE_SET_VALUES_IOCTL))
		return r->sink < 0 ? fail(ENODEV) : exchange_values(r, req, arg);
	if (r)
		return fail(ENOTTY);
	switch (req) {
	case GPIO_GET_CHIPINFO_IOCTL:
		return tell_chip(arg);
	case GPIO_V2_GET_LINEINFO_IOCTL:
		return tell_line(arg);
	case GPIO_V2_GET_LINE_IOCTL:
		return request_lines(arg);
	default:
		return fail(ENOTTY);
	}
}

/* ---- replaced functions ---- */

REPLACE_OPEN(open, is_chip, open_chip)
REPLACE_OPEN(open64, is_chip, open_chip)

int close(int fd)
{
	find_library();
	if (state && fd >= 0) {
		pthread_mutex_lock(&lock);
		struct request *r = request_of(fd);
		for (int i = 0; i < nchips; i++)
			if (chips[i] == fd)
				chips[i] = chips[--nchips];
		if (r) {
			hang_up(r);
			for (unsigned i = 0; i < r->n; i++)
				state->lines[r->offsets[i]].owner = 0;
			r->n = 0;
		}
		pthread_mutex_unlock(&lock);
	}
	return real_close(fd);
}

ssize_t read(int fd, void *to, size_t size)
{
	find_library();
	ssize_t n = real_read(fd, to, size);
	return n == 0 && state && request_of(fd) ? fail(ENODEV) : n;
}

int ioctl(int fd, unsigned long req, ...)
{
	va_list ap;
	va_start(ap, req);
	void *arg = va_arg(ap, void *);
	va_end(ap);
	find_library();
	if (!state || (!is_open_chip(fd) && !request_of(fd)))
		return real_ioctl(fd, req, arg);
	while (state->mishap == 'h')
		usleep(1000);
	pthread_mutex_lock(&lock);
	int r = answer(fd, req & 0xffffffffu, arg);
	pthread_mutex_unlock(&lock);
	return r;
}

/* libgpiod checks that the path is a character device of the class "gpio" */
static int tell_file(struct stat *st)
{
	if (state->mishap == 'g')
		return fail(ENOENT);
	memset(st, 0, sizeof *st);
	st->st_mode = S_IFCHR | 0660;
	st->st_rdev = makedev(254, 77);
	return 0;
}

#define STAT_BODY(name)                                                      \
	int name(const char *path, struct stat *st)                          \
	{                                                                    \
		int (*real)(const char *, struct stat *) = dlsym(RTLD_NEXT, #name); \
		return is_chip(path) ? tell_file(st) : real(path, st);       \
	}
STAT_BODY(stat)
STAT_BODY(lstat)

/* names in older C libraries, against which wheels are built */
#define OLD_STAT_BODY(name)                                                  \
	int name(int version, const char *path, struct stat *st)             \
	{                                                                    \
		int (*real)(int, const char *, struct stat *) = dlsym(RTLD_NEXT, #name); \
		return is_chip(path) ? tell_file(st) : real(version, path, st); \
	}
OLD_STAT_BODY(__xstat)
OLD_STAT_BODY(__lxstat)

char *realpath(const char *path, char *to)
{
	if (!real_realpath)
		real_realpath = dlsym(RTLD_NEXT, "realpath");
	if (!state || !path || strcmp(path, "/sys/dev/char/254:77/subsystem"))
		return real_realpath(path, to);
	return strcpy(to ? to : malloc(PATH_MAX), "/sys/bus/gpio");
}
