/* RTP and RTCP that a viewer receives. */
#include "viewer.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLOCK = 90000, TO_1970 = 2208988800u };

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* Whether an H.264 payload contains a part of a key frame. */
static int is_key(const uint8_t *p, int n)
{
	int type = n > 1 ? p[0] & 31 : 0;
	return type == 5 || (type == 28 && (p[1] & 31) == 5);
}

/* The delay since capture: sender reports map RTP time to wall-clock time. */
static void note_delay(const struct viewer *v, uint32_t stamp)
{
	if (!v->reported)
		return;
	int64_t captured = (int64_t)v->reported + (int64_t)(int32_t)(stamp - v->stamp) * 1000000000 / CLOCK;
	int64_t delay = (int64_t)real_ns() - captured;
	hist_add(&R.delay, delay > 0 ? delay / 1000 : 0);
}

void rtp_packet(struct viewer *v, const uint8_t *p, int n)
{
	int head = 12 + 4 * (p[0] & 15);
	if (n < head || p[0] >> 6 != 2)
		return;
	uint16_t sequence = p[2] << 8 | p[3], gap = sequence - v->sequence;
	if (R.measuring) {
		v->packets++;
		v->bytes += n;
		if (v->counting && gap > 1 && gap < 30000)
			v->lost += gap - 1;
		v->counting = 1;
	}
	v->sequence = sequence;
	v->key |= is_key(p + head, n - head);
	if (!(p[1] & 0x80))
		return;
	if (v->key && !v->seen_key++)
		hist_add(&R.first, (mono_ns() - v->asked) / 1000);
	v->key = 0;
	if (R.measuring) {
		v->frames++;
		note_delay(v, word(p + 4));
	}
}

void rtcp_packet(struct viewer *v, const uint8_t *p, int n)
{
	if (n < 28 || p[1] != 200)
		return;
	uint64_t seconds = (uint64_t)word(p + 8) - TO_1970, fraction = word(p + 12);
	v->reported = seconds * 1000000000 + (fraction * 1000000000 >> 32);
	v->stamp = word(p + 16);
}

static void drain(struct viewer *v, int fd, void (*take)(struct viewer *, const uint8_t *, int))
{
	enum { BATCH = 64, SIZE = 2048 };
	static uint8_t data[BATCH][SIZE];
	static struct mmsghdr message[BATCH];
	static struct iovec piece[BATCH];
	for (int i = 0; i < BATCH; i++) {
		piece[i] = (struct iovec){ data[i], SIZE };
		message[i].msg_hdr = (struct msghdr){ .msg_iov = &piece[i], .msg_iovlen = 1 };
	}
	int n = recvmmsg(fd, message, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		take(v, data[i], message[i].msg_len);
}

static void rtp_ready(struct viewer *v)
{
	drain(v, v->rtp.fd, rtp_packet);
}

static void rtcp_ready(struct viewer *v)
{
	drain(v, v->rtcp.fd, rtcp_packet);
}

static int bound(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), big = 1 << 20;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

static void watch(struct end *end)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = end };
	epoll_ctl(R.epoll, EPOLL_CTL_ADD, end->fd, &event);
}

/* Opens a pair of ports; returns whether a free pair exists. */
int udp_open(struct viewer *v)
{
	static int next = 20000;
	for (int tries = 0; tries < 20000; tries++) {
		int port = next, rtp = bound(port), rtcp = rtp < 0 ? -1 : bound(port + 1);
		next = next >= 60000 ? 20000 : next + 2;
		if (rtcp >= 0) {
			v->port = port;
			v->rtp = (struct end){ v, rtp, rtp_ready };
			v->rtcp = (struct end){ v, rtcp, rtcp_ready };
			watch(&v->rtp);
			watch(&v->rtcp);
			return 1;
		}
		if (rtp >= 0)
			close(rtp);
	}
	return 0;
}
