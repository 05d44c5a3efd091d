/* The chip that fakegpio.c simulates: its lines, the requests for them, their edges. */
#include "../preload/preload.h"
#include <limits.h>
#include <linux/gpio.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MAX_REQUESTS = 64, MAX_FDS = 64, CHANGES = 32, EDGES = GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING };

struct line {
	char name[32], consumer[32];
	uint32_t driven;             /* level of an input, set by the test */
	uint32_t swings;             /* number of times the test has set it: a bounce may end unseen */
	uint32_t kernel;             /* another program holds the line */
	int32_t owner;               /* process that has requested it */
	uint64_t flags;              /* of the request */
	uint32_t debounce_us;
	uint32_t level;              /* of an output */
	uint32_t edges;              /* events sent */
	uint32_t nchanges;
	uint32_t changes[CHANGES];   /* last levels of the output */
};

static struct state {
	uint32_t mishap;             /* a letter: g gone (pulled out), h hangs (a call does not return), 0 nothing */
	uint32_t nlines;
	struct line lines[];
} *state;

static struct request {
	int fd, sink;                /* the program's descriptor, and the end into which events are written */
	uint64_t flags;
	unsigned n, offsets[GPIO_V2_LINES_MAX];
	uint32_t seqno, swings[GPIO_V2_LINES_MAX], stable[GPIO_V2_LINES_MAX], raw[GPIO_V2_LINES_MAX];
	uint64_t since[GPIO_V2_LINES_MAX], debounce_ns;
} requests[MAX_REQUESTS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int chips[MAX_FDS], nchips, watching;

static char *(*real_realpath)(const char *, char *);

static const char *chip_path(void)
{
	const char *v = getenv("FAKEGPIO_PATH");
	return v && *v ? v : "/dev/gpiochip77";
}

__attribute__((constructor)) static void start(void)
{
	struct stat st;
	const char *name = getenv("FAKEGPIO_STATE");
	find_library();
	real_realpath = dlsym(RTLD_NEXT, "realpath");
	int fd = name ? real_open(name, O_RDWR) : -1;
	if (fd < 0 || fstat(fd, &st))
		return;
	state = real_mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	real_close(fd);
}

static void send_edge(struct request *r, unsigned i, uint64_t now)
{
	int rises = r->stable[i];
	uint64_t wanted = rises ? GPIO_V2_LINE_FLAG_EDGE_RISING : GPIO_V2_LINE_FLAG_EDGE_FALLING;
	if (r->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW)
		wanted = rises ? GPIO_V2_LINE_FLAG_EDGE_FALLING : GPIO_V2_LINE_FLAG_EDGE_RISING;
	if (!(r->flags & wanted))
		return;
	struct gpio_v2_line_event e = {
		.timestamp_ns = now,
		.id = wanted == GPIO_V2_LINE_FLAG_EDGE_RISING ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE,
		.offset = r->offsets[i], .seqno = ++r->seqno, .line_seqno = r->seqno,
	};
	if (write(r->sink, &e, sizeof e) < 0)
		return; /* the buffer is full: as in the kernel, an event is lost */
	state->lines[r->offsets[i]].edges++;
}

static void look_at(struct request *r, uint64_t now)
{
	for (unsigned i = 0; i < r->n; i++) {
		const struct line *l = &state->lines[r->offsets[i]];
		if (r->swings[i] != l->swings || r->raw[i] != l->driven) {
			r->swings[i] = l->swings;
			r->raw[i] = l->driven;
			r->since[i] = now;
		}
		if (r->raw[i] != r->stable[i] && now - r->since[i] >= r->debounce_ns) {
			r->stable[i] = r->raw[i];
			send_edge(r, i, now);
		}
	}
}

static void hang_up(struct request *r)
{
	if (r->sink >= 0)
		real_close(r->sink);
	r->sink = -1;
}

static void *watch(void *unused)
{
	(void)unused;
	for (;;) {
		pthread_mutex_lock(&lock);
		for (int i = 0; i < MAX_REQUESTS; i++) {
			struct request *r = &requests[i];
			if (r->n && state->mishap == 'g')
				hang_up(r);
			else if (r->n && r->sink >= 0 && r->flags & EDGES)
				look_at(r, nanoseconds());
		}
		pthread_mutex_unlock(&lock);
		usleep(1000);
	}
	return NULL;
}
