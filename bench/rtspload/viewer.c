/* Messages of a viewer on its RTSP connection. */
#include "viewer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void drop(struct viewer *v, const char *why)
{
	if (v->step == DEAD)
		return;
	if (!R.failed++)
		fprintf(stderr, "rtspload: a viewer was lost: %s\n", why);
	R.playing -= v->step == PLAYING;
	v->step = DEAD;
	close(v->tcp.fd);
}

static void ask(struct viewer *v, const char *method, const char *url, const char *more)
{
	char text[2048];
	const char *login = R.args->extra_header;
	int n = snprintf(text, sizeof text, "%s %s RTSP/1.0\r\nCSeq: %d\r\n%s%s%s%s%s%s\r\n", method, url, ++v->cseq,
			 *v->session ? "Session: " : "", v->session, *v->session ? "\r\n" : "",
			 login ? login : "", login ? "\r\n" : "", more);
	if (send(v->tcp.fd, text, n, 0) != n)
		drop(v, "it could not ask");
}

/* Copies the value of a field of `head`; returns whether the field exists. */
static int field(const char *head, const char *name, char *to, size_t size)
{
	size_t n = strlen(name);
	for (const char *line = head; (line = strchr(line, '\n')) && *++line;) {
		if (!strncasecmp(line, name, n) && line[n] == ':') {
			line += n + 1;
			line += strspn(line, " ");
			snprintf(to, size, "%.*s", (int)strcspn(line, "\r\n"), line);
			return 1;
		}
	}
	*to = 0;
	return 0;
}

static void find_track(struct viewer *v, const char *head, const char *sdp)
{
	char base[256], control[256] = "";
	if (!field(head, "Content-Base", base, sizeof base))
		snprintf(base, sizeof base, "%s", R.address);
	const char *media = strstr(sdp, "m=video"), *found = media ? strstr(media, "a=control:") : NULL;
	if (found)
		snprintf(control, sizeof control, "%.*s", (int)strcspn(found + 10, "\r\n"), found + 10);
	int whole = !strncmp(control, "rtsp://", 7), slash = *base && base[strlen(base) - 1] == '/';
	snprintf(v->control, sizeof v->control, "%s%s%s", whole ? "" : base, whole || slash ? "" : "/", control);
}

static void set_up(struct viewer *v)
{
	char more[128] = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
	if (R.udp && !udp_open(v)) {
		drop(v, "no free UDP ports");
		return;
	}
	if (R.udp)
		snprintf(more, sizeof more, "Transport: RTP/AVP;unicast;client_port=%d-%d\r\n", v->port, v->port + 1);
	v->step = SETTING_UP;
	ask(v, "SETUP", v->control, more);
}

static void answer(struct viewer *v, const char *head, const char *body)
{
	if (strncmp(head, "RTSP/1.0 200", 12)) {
		drop(v, head);
	} else if (v->step == DESCRIBING) {
		find_track(v, head, body);
		set_up(v);
	} else if (v->step == SETTING_UP) {
		if (field(head, "Session", v->session, sizeof v->session))
			v->session[strcspn(v->session, ";")] = 0;
		v->step = STARTING;
		v->asked = mono_ns();
		ask(v, "PLAY", R.address, "Range: npt=0.000-\r\n");
	} else if (v->step == STARTING) {
		v->step = PLAYING;
		R.playing++;
	}
}

/* Processes one interleaved packet; returns its bytes, 0 if it is incomplete. */
static int take_packet(struct viewer *v, const uint8_t *p, int n)
{
	int size = n < 4 ? 0 : p[2] << 8 | p[3];
	if (n < 4 + size)
		return 0;
	if (p[1] == 0)
		rtp_packet(v, p + 4, size);
	else if (p[1] == 1)
		rtcp_packet(v, p + 4, size);
	return 4 + size;
}

static int take_answer(struct viewer *v, uint8_t *p, int n)
{
	static char body[MESSAGE];
	char number[32];
	uint8_t *end = memmem(p, n, "\r\n\r\n", 4);
	if (!end)
		return 0;
	*end = 0;
	int size = field((char *)p, "Content-Length", number, sizeof number) ? atoi(number) : 0;
	if (p + n - (end + 4) < size || size < 0) {
		*end = '\r';
		return 0;
	}
	memcpy(body, end + 4, size);
	body[size] = 0;
	answer(v, (char *)p, body);
	return end + 4 + size - p;
}

static void read_messages(struct viewer *v)
{
	int n = recv(v->tcp.fd, v->buffer + v->filled, MESSAGE - v->filled, 0), at = 0, taken;
	if (n <= 0) {
		if (n == 0)
			drop(v, "closed by the server");
		return;
	}
	v->filled += n;
	do {
		uint8_t *p = v->buffer + at;
		int left = v->filled - at;
		taken = left == 0 || v->step == DEAD ? 0 : *p == '$' ? take_packet(v, p, left) : take_answer(v, p, left);
		at += taken;
	} while (taken);
	v->filled -= at;
	memmove(v->buffer, v->buffer + at, v->filled);
}

static void ready(struct viewer *v)
{
	if (v->step != CONNECTING) {
		read_messages(v);
		return;
	}
	int error = 0;
	socklen_t size = sizeof error;
	getsockopt(v->tcp.fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error) {
		drop(v, strerror(error));
		return;
	}
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &v->tcp };
	epoll_ctl(R.epoll, EPOLL_CTL_MOD, v->tcp.fd, &event);
	v->step = DESCRIBING;
	ask(v, "DESCRIBE", R.address, "Accept: application/sdp\r\n");
}

void viewer_open(struct viewer *v)
{
	v->buffer = malloc(MESSAGE);
	v->tcp = (struct end){ v, tcp_start(R.args->host, R.args->port, R.args->rcvbuf), ready };
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = &v->tcp };
	epoll_ctl(R.epoll, EPOLL_CTL_ADD, v->tcp.fd, &event);
}

/* Some servers send to UDP ports until TEARDOWN. */
void viewer_leave(struct viewer *v)
{
	if (v->step == PLAYING)
		ask(v, "TEARDOWN", R.address, "");
}
