/* Many viewers of one multipart stream, in one thread. */
#include "viewer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static struct {
	struct viewer *v;
	int total, epfd;
	char request[4096];
} M;

static void readable(struct viewer *c)
{
	/* bounded, so that one fast stream cannot starve the others */
	for (int i = 0; i < 64 && c->state != DEAD; i++) {
		long n = viewer_step(c, 1 << 20);
		if (n < 0)
			viewer_drop(c);
		if (n <= 0)
			return;
	}
}

/* Viewers by index: first those that read all they can, then the slow, then the deaf, which read nothing. */
static void open_viewer(struct viewer *c, const struct args *a)
{
	int index = c - M.v;
	memset(c, 0, sizeof *c);
	c->deaf = index >= a->clients + a->slow;
	c->slow = index >= a->clients && !c->deaf;
	c->born = mono_ns();
	c->fd = tcp_start(a->host, a->port, index >= a->clients && !a->rcvbuf ? 65536 : a->rcvbuf);
	struct epoll_event ev = { .events = EPOLLOUT, .data.ptr = c };
	epoll_ctl(M.epfd, EPOLL_CTL_ADD, c->fd, &ev);
}

static void event(struct viewer *c, uint32_t what)
{
	if (c->state == DEAD)
		return;
	if (c->state == CONNECTING) {
		int err = 0;
		socklen_t n = sizeof err;
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &n);
		if (err || send(c->fd, M.request, strlen(M.request), 0) < 0) {
			viewer_drop(c);
			return;
		}
		c->state = HEAD;
		T.alive++;
		/* a deaf viewer only notices that it was cut */
		struct epoll_event ev = { .events = c->deaf ? 0 : EPOLLIN, .data.ptr = c };
		epoll_ctl(M.epfd, c->slow ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, c->fd, &ev);
		return;
	}
	if (c->deaf) {
		viewer_drop(c);
		return;
	}
	if (what & (EPOLLIN | EPOLLHUP | EPOLLERR))
		readable(c);
}

static void spend_slow(const struct args *a, double dt)
{
	for (int i = a->clients; i < a->clients + a->slow; i++) {
		struct viewer *c = &M.v[i];
		if (c->state == CONNECTING || c->state == DEAD)
			continue;
		c->credit += a->slow_rate * dt;
		while (c->credit >= 1 && c->state != DEAD) {
			long n = viewer_step(c, (long)c->credit);
			if (n < 0)
				viewer_drop(c);
			if (n <= 0)
				break;
			c->credit -= n;
		}
		if (c->credit > a->slow_rate)
			c->credit = a->slow_rate;
	}
}

static void poll_until(const struct args *a, uint64_t deadline, int *opened, int all_connected)
{
	static struct epoll_event ev[512];
	uint64_t now = mono_ns(), tick = now;
	while (now < deadline) {
		/* open viewers a batch at a time, as earlier ones connect */
		while (*opened < M.total &&
		       (uint64_t)*opened < T.alive + T.failed + (uint64_t)a->batch) {
			open_viewer(&M.v[*opened], a);
			++*opened;
		}
		int n = epoll_wait(M.epfd, ev, 512, a->slow ? 20 : 50);
		for (int i = 0; i < n; i++)
			event(ev[i].data.ptr, ev[i].events);
		now = mono_ns();
		if (now - tick > 20000000) {
			spend_slow(a, (now - tick) / 1e9);
			tick = now;
		}
		if (all_connected && *opened == M.total && T.alive + T.failed >= (uint64_t)M.total)
			return;
	}
}

static int by_value(const void *x, const void *y)
{
	double d = *(const double *)x - *(const double *)y;
	return (d > 0) - (d < 0);
}

static void report_delays(const char *name, const struct hist *h)
{
	static const struct { const char *name; double quantile; } rows[] = {
		{ "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }
	};
	char key[64];
	for (int i = 0; i < 3; i++) {
		snprintf(key, sizeof key, "%s_%s_ms", name, rows[i].name);
		report_num(key, hist_ms(h, rows[i].quantile));
	}
	snprintf(key, sizeof key, "%s_max_ms", name);
	report_num(key, h->max_us / 1000.0);
}

static void report_rates(const struct args *a, double took, double cpu)
{
	uint64_t frames = 0, bytes = 0, dropped = 0, bad = 0, slow_frames = 0;
	double *rate = calloc(a->clients + 1, sizeof *rate);
	for (int i = 0; i < a->clients; i++) {
		struct viewer *c = &M.v[i];
		frames += c->frames, bytes += c->bytes, dropped += c->dropped, bad += c->bad;
		rate[i] = c->frames / took;
	}
	for (int i = a->clients; i < M.total; i++)
		slow_frames += M.v[i].frames;
	qsort(rate, a->clients, sizeof *rate, by_value);
	report_num("frames_per_s", frames / took);
	report_num("mbytes_per_s", bytes / took / 1e6);
	report_num("fps_min", rate[0]);
	report_num("fps_median", rate[a->clients / 2]);
	report_num("fps_max", rate[a->clients - 1]);
	report_num("dropped", dropped);
	report_num("dropped_share", frames + dropped ? (double)dropped / (frames + dropped) : 0);
	report_num("bad", bad);
	report_num("frames_per_cpu_s", cpu > 0 ? frames / cpu : 0);
	report_num("slow_frames_per_s", slow_frames / took);
	free(rate);
}

/* A deaf viewer that was cut long ago notices it when it sends. */
static void knock(const struct args *a, int *opened)
{
	for (int i = a->clients + a->slow; i < M.total; i++)
		if (M.v[i].state != DEAD)
			send(M.v[i].fd, "\n", 1, 0);
	if (a->deaf)
		poll_until(a, mono_ns() + 300000000, opened, 0);
}

int run_mjpeg(const struct args *a)
{
	struct cost before, after;
	int opened = 0;
	T.verify = a->verify;
	M.total = a->clients + a->slow + a->deaf;
	M.v = calloc(M.total, sizeof *M.v);
	M.epfd = epoll_create1(0);
	format_request(M.request, sizeof M.request, a, "");

	poll_until(a, mono_ns() + 20000000000ull, &opened, 1);
	poll_until(a, mono_ns() + a->settle * 1e9, &opened, 0);
	cost_read(&before, a->pids, a->npids);
	T.measuring = 1;
	uint64_t t0 = mono_ns();
	poll_until(a, t0 + a->seconds * 1e9, &opened, 0);
	double took = (mono_ns() - t0) / 1e9;
	cost_read(&after, a->pids, a->npids);
	T.measuring = 0;
	knock(a, &opened);

	report_begin("mjpeg");
	report_num("clients", a->clients);
	report_num("failed", T.failed);
	report_num("cut", T.cut);
	report_num("seconds", took);
	report_rates(a, took, after.cpu_s - before.cpu_s);
	report_delays("delay", &T.delay);
	report_delays("first_frame", &T.first);
	report_delays("slow_delay", &T.slow_delay);
	report_cost(&before, &after);
	report_end();
	return T.failed ? 3 : 0;
}
