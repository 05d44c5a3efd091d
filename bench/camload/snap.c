/* Closed-loop requests (snapshots, CGI calls): each connection sends the next
 * request as soon as it has the whole answer to the last one. */
#include "camload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct conn {
	int fd, connected, in_body;
	char head[4096];
	int nhead;
	long left;      /* remaining body bytes; -1: until the peer closes */
	uint64_t sent, bytes;
};

static struct {
	int epfd, measuring, keepalive;
	struct conn *c;
	const struct args *a;
	struct hist delay;
	uint64_t done, bytes, errors;
	char request[4096];
} S;

static void open_conn(struct conn *c)
{
	memset(c, 0, sizeof *c);
	c->sent = mono_ns();
	c->fd = tcp_start(S.a->host, S.a->port, S.a->rcvbuf);
	struct epoll_event ev = { .events = EPOLLOUT, .data.ptr = c };
	epoll_ctl(S.epfd, EPOLL_CTL_ADD, c->fd, &ev);
}

static void send_request(struct conn *c)
{
	c->nhead = c->in_body = 0;
	c->bytes = 0;
	if (c->connected)
		c->sent = mono_ns();
	if (send(c->fd, S.request, strlen(S.request), 0) < 0)
		S.errors++;
}

static void answered(struct conn *c)
{
	if (S.measuring) {
		S.done++;
		S.bytes += c->bytes;
		hist_add(&S.delay, (mono_ns() - c->sent) / 1000);
	}
	if (S.keepalive) {
		send_request(c);
	} else {
		close(c->fd);
		open_conn(c);
	}
}

static void gone(struct conn *c)
{
	if (c->in_body && c->left < 0) {
		if (S.measuring) {
			S.done++;
			S.bytes += c->bytes;
			hist_add(&S.delay, (mono_ns() - c->sent) / 1000);
		}
	} else {
		S.errors += S.measuring;
	}
	close(c->fd);
	open_conn(c);
}

static void readable(struct conn *c)
{
	for (;;) {
		if (!c->in_body) {
			ssize_t n = recv(c->fd, c->head + c->nhead, sizeof c->head - 1 - c->nhead, 0);
			if (n < 0 && errno == EAGAIN)
				return;
			if (n <= 0) {
				gone(c);
				return;
			}
			c->nhead += n;
			c->head[c->nhead] = 0;
			char *e = memmem(c->head, c->nhead, "\r\n\r\n", 4), *p;
			if (!e)
				continue;
			int code = atoi(c->head + 9);
			if (code != 200 && code != 204)
				S.errors += S.measuring;
			*e = 0;
			p = strcasestr(c->head, "\r\ncontent-length:");
			c->left = p ? atol(p + 17) : code == 204 ? 0 : -1;
			c->in_body = 1;
			long have = c->nhead - (e + 4 - c->head);
			c->bytes = have;
			if (c->left >= 0)
				c->left -= have;
		} else {
			ssize_t n = recv(c->fd, NULL, c->left < 0 ? 1 << 20 : c->left, MSG_TRUNC);
			if (n < 0 && errno == EAGAIN)
				return;
			if (n <= 0) {
				gone(c);
				return;
			}
			c->bytes += n;
			if (c->left > 0)
				c->left -= n;
		}
		if (c->in_body && c->left == 0) {
			answered(c);
			return;
		}
	}
}

static void poll_until(uint64_t deadline)
{
	static struct epoll_event ev[512];
	while (mono_ns() < deadline) {
		int n = epoll_wait(S.epfd, ev, 512, 50);
		for (int i = 0; i < n; i++) {
			struct conn *c = ev[i].data.ptr;
			if (!c->connected && (ev[i].events & EPOLLOUT)) {
				struct epoll_event in = { .events = EPOLLIN, .data.ptr = c };
				epoll_ctl(S.epfd, EPOLL_CTL_MOD, c->fd, &in);
				send_request(c);
				c->connected = 1;
			} else {
				readable(c);
			}
		}
	}
}

int run_snap(const struct args *a)
{
	struct cost before, after;
	S.a = a;
	S.keepalive = a->keepalive;
	S.epfd = epoll_create1(0);
	S.c = calloc(a->clients, sizeof *S.c);
	format_request(S.request, sizeof S.request, a, a->keepalive ? "" : "Connection: close\r\n");
	for (int i = 0; i < a->clients; i++)
		open_conn(&S.c[i]);
	poll_until(mono_ns() + a->settle * 1e9);
	cost_read(&before, a->pids, a->npids);
	S.measuring = 1;
	uint64_t t0 = mono_ns();
	poll_until(t0 + a->seconds * 1e9);
	double took = (mono_ns() - t0) / 1e9;
	cost_read(&after, a->pids, a->npids);
	double cpu = after.cpu_s - before.cpu_s;

	report_begin("snap");
	report_num("clients", a->clients);
	report_num("keepalive", a->keepalive);
	report_num("seconds", took);
	report_num("requests_per_s", S.done / took);
	report_num("mbytes_per_s", S.bytes / took / 1e6);
	report_num("errors", S.errors);
	report_num("delay_mean_ms", hist_mean_ms(&S.delay));
	report_num("delay_p50_ms", hist_ms(&S.delay, 0.5));
	report_num("delay_p99_ms", hist_ms(&S.delay, 0.99));
	report_num("delay_max_ms", S.delay.max_us / 1000.0);
	report_num("requests_per_cpu_s", cpu > 0 ? S.done / cpu : 0);
	report_cost(&before, &after);
	report_end();
	return S.errors ? 3 : 0;
}
