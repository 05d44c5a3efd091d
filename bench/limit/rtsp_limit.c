/* rtsp_limit: the least work of one thread that sends H.264 over RTSP to many
 * viewers over TCP: one send() of the same bytes per picture and viewer.
 *
 * usage: rtsp_limit PORT FPS BYTES
 *
 * The pictures have BYTES bytes of a constant value; every 30th is a key frame.  Any request for any path is
 * answered; PLAY begins the stream.  A viewer whose socket is full loses a part of the picture.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { ROOM = 1398, KEY_EVERY = 30, VIEWERS = 20000 };

static int viewer[VIEWERS], viewers, epfd;
static uint8_t picture[1 << 20];

/* Writes a picture as interleaved RTP packets with FU-A fragments; returns its bytes. */
static size_t write_picture(int bytes, unsigned number)
{
	static uint16_t sequence;
	uint32_t stamp = htonl(number * 3000);
	uint8_t *p = picture, first = 0x80;
	for (int left = bytes; left > 0; first = 0) {
		int n = left < ROOM ? left : ROOM, size = n + 14;
		left -= n;
		uint8_t head[] = { '$', 0, size >> 8, size, 0x80, left ? 96 : 0xe0, sequence >> 8, sequence, 0, 0, 0, 0,
				   1, 2, 3, 4, 0x7c, (number % KEY_EVERY ? 1 : 5) | first | (left ? 0 : 0x40) };
		memcpy(head + 8, &stamp, 4);
		memcpy(p, head, sizeof head);
		memset(p + sizeof head, 0xaa, n);
		p += sizeof head + n;
		sequence++;
	}
	return p - picture;
}

static void answer(int fd, const char *request)
{
	static const char sdp[] = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track0\r\n";
	const char *cseq = strstr(request, "CSeq: "), *body = strncmp(request, "DESCRIBE", 8) ? "" : sdp;
	char text[1024];
	int n = snprintf(text, sizeof text, "RTSP/1.0 200 OK\r\nCSeq: %d\r\nSession: 1\r\nContent-Length: %zu\r\n\r\n%s",
			 cseq ? atoi(cseq + 6) : 0, strlen(body), body);
	send(fd, text, n, 0);
	if (!strncmp(request, "PLAY", 4) && viewers < VIEWERS)
		viewer[viewers++] = fd;
}

static void leave(int fd)
{
	for (int i = 0; i < viewers; i++)
		if (viewer[i] == fd)
			viewer[i] = viewer[--viewers];
	close(fd);
}

static void handle_request(int fd)
{
	char request[4096];
	ssize_t n = recv(fd, request, sizeof request - 1, 0);
	if (n <= 0) {
		leave(fd);
		return;
	}
	request[n] = 0;
	answer(fd, request);
}

static void watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
}

static void accept_all(int listener)
{
	int fd, on = 1;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		watch(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);

	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (void *)&at, sizeof at) || listen(listener, 1024)) {
		perror("listen");
		return 1;
	}
	long gap = 1e9 / atof(argv[2]);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct itimerspec every = { { 0, gap }, { 0, gap } };
	timerfd_settime(timer, 0, &every, NULL);
	epfd = epoll_create1(0);
	watch(listener);
	watch(timer);

	static struct epoll_event event[512];
	for (unsigned number = 0;;) {
		int n = epoll_wait(epfd, event, 512, -1);
		for (int i = 0; i < n; i++) {
			int fd = event[i].data.fd;
			uint64_t ticks;
			if (fd == listener) {
				accept_all(listener);
			} else if (fd != timer) {
				handle_request(fd);
			} else if (read(timer, &ticks, sizeof ticks) == sizeof ticks) {
				size_t size = write_picture(atoi(argv[3]), number++);
				for (int v = 0; v < viewers; v++)
					send(viewer[v], picture, size, 0);
			}
		}
	}
}
