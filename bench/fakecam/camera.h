/* The camera that fakecam.c simulates: its modes, frames and faults. */
#include "../preload/preload.h"
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MAX_BUFS = 32, MAX_FDS = 32, MAX_MODES = 32, STAMP_OFF = 14 /* FFD8 FFFE len16 "CAMSTAMP" */ };

static struct {
	pthread_mutex_t lock;
	int fds[MAX_FDS], nfds, ready;
	int streamer;                /* descriptor that captures */
	struct mode {
		uint32_t fourcc;
		unsigned width, height, fps;
	} modes[MAX_MODES], *mode;
	unsigned nmodes;
	size_t slot;                 /* bytes per buffer */
	size_t mapped;               /* bytes per allocated buffer */
	int streaming;
	unsigned nbufs;
	uint8_t *mem[MAX_BUFS];
	uint8_t queued[MAX_BUFS];
	unsigned fifo[MAX_BUFS], head, tail;
	uint8_t *pack;
	size_t packed;               /* bytes of the pack */
	uint32_t count;
	uint8_t **frame;
	uint32_t *len;
	uint64_t seq;
} cam = { .lock = PTHREAD_MUTEX_INITIALIZER, .streamer = -1 };

static const char *env(const char *name, const char *fallback)
{
	const char *v = getenv(name);
	return v && *v ? v : fallback;
}

static void letters(char *to, uint32_t fourcc)
{
	for (int i = 0; i < 4; i++)
		to[i] = fourcc >> 8 * i;
}

/* The bytes of the pack of the present mode. */
static int open_pack(void)
{
	char name[4096], code[5] = "";
	letters(code, cam.mode->fourcc);
	const char *base = env("FAKECAM_PACK", "frames.pack");
	snprintf(name, sizeof name, "%s.%s:%ux%u", base, code, cam.mode->width, cam.mode->height);
	int fd = real_open(name, O_RDONLY);
	return fd >= 0 ? fd : real_open(base, O_RDONLY);
}

static void load_pack(void)
{
	struct stat st;
	int fd = open_pack();
	if (fd < 0 || fstat(fd, &st) < 0) {
		perror("fakecam: pack");
		exit(1);
	}
	if (cam.pack)
		real_munmap(cam.pack, cam.packed);
	free(cam.frame);
	free(cam.len);
	cam.packed = st.st_size;
	cam.pack = real_mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	real_close(fd);
	memcpy(&cam.count, cam.pack, 4);
	cam.frame = calloc(cam.count, sizeof *cam.frame);
	cam.len = calloc(cam.count, sizeof *cam.len);
	cam.slot = 0;
	uint8_t *p = cam.pack + 4;
	for (uint32_t i = 0; i < cam.count; i++) {
		memcpy(&cam.len[i], p, 4);
		cam.frame[i] = p + 4;
		p += 4 + cam.len[i];
		if (cam.len[i] > cam.slot)
			cam.slot = cam.len[i];
	}
	cam.slot = (cam.slot + 4095) & ~(size_t)4095;
}

static void add_mode(const char *code, unsigned width, unsigned height, unsigned fps)
{
	if (cam.nmodes < MAX_MODES)
		cam.modes[cam.nmodes++] = (struct mode){ v4l2_fourcc(code[0], code[1], code[2], code[3]), width, height, fps };
}

static void read_modes(void)
{
	char code[5] = "MJPG";
	unsigned width = 1280, height = 720, fps = 30;
	int used;
	const char *list = env("FAKECAM_MODES", "");
	while (sscanf(list, "%4[^:]:%ux%u@%u%n", code, &width, &height, &fps, &used) == 4) {
		add_mode(code, width, height, fps);
		list += used + (list[used] == ',');
	}
	if (!cam.nmodes) {
		sscanf(env("FAKECAM_SIZE", "1280x720"), "%ux%u", &width, &height);
		add_mode(env("FAKECAM_FOURCC", "MJPG"), width, height, atoi(env("FAKECAM_FPS", "30")));
	}
	cam.mode = cam.modes;
}

/* Present fault: a letter of FAKECAM_MISHAP, or 0. */
static char mishap(void)
{
	char letter = 0;
	const char *name = env("FAKECAM_MISHAP", "");
	int fd = *name ? real_open(name, O_RDONLY) : -1;
	if (fd < 0)
		return 0;
	if (real_read(fd, &letter, 1) != 1)
		letter = 0;
	real_close(fd);
	return letter;
}

/* Set the requested mode; keep the present one if the requested one does not exist. */
static void set_format(const struct v4l2_pix_format *p)
{
	for (unsigned i = 0; i < cam.nmodes; i++) {
		struct mode *m = &cam.modes[i];
		if (m != cam.mode && m->fourcc == p->pixelformat && m->width == p->width && m->height == p->height) {
			cam.mode = m;
			load_pack();
			return;
		}
	}
}

/* The n-th different mode of those that match; 0 in a field matches all. */
static const struct mode *listed(unsigned n, uint32_t fourcc, int by_size)
{
	for (unsigned i = 0; i < cam.nmodes; i++) {
		const struct mode *m = &cam.modes[i];
		int fresh = !fourcc || m->fourcc == fourcc;
		for (unsigned j = 0; j < i && fresh; j++) {
			const struct mode *o = &cam.modes[j];
			fresh = o->fourcc != m->fourcc || (by_size && (o->width != m->width || o->height != m->height));
		}
		if (fresh && !n--)
			return m;
	}
	return NULL;
}
