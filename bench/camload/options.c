/* The command line. */
#include "camload.h"

#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
	"camload MODE [options]      MODE: mjpeg | snap\n"
	"  --host H --port P         server (default 127.0.0.1:8080)\n"
	"  --path /p                 request path\n"
	"  --header 'K: v'           one extra request header (login, say)\n"
	"  --body TEXT               snap: POST this instead of GET\n"
	"  --clients N               viewers (mjpeg) or connections (snap)\n"
	"  --seconds S --settle S    measured time, and time let pass before it\n"
	"  --pid PID                 server process; repeat; children are counted\n"
	"  --verify                  mjpeg: read every byte, check SOI and EOI\n"
	"  --slow K --slow-rate B    mjpeg: K more viewers that read B bytes/s each\n"
	"  --deaf K                  mjpeg: K more viewers that read nothing\n"
	"  --rcvbuf B                SO_RCVBUF of every viewer\n"
	"  --mss B                   TCP_MAXSEG of every viewer (1448: as on Ethernet;\n"
	"                            loopback's own is 65483)\n"
	"  --no-keepalive            snap: one connection per request\n";

static const char *text(const char *option, const char *name, const char *value, const char **to)
{
	return strcmp(option, name) ? NULL : (*to = value);
}

static int number(const char *option, const char *name, const char *value, int *to)
{
	return strcmp(option, name) ? 0 : (*to = atoi(value), 1);
}

static int real(const char *option, const char *name, const char *value, double *to)
{
	return strcmp(option, name) ? 0 : (*to = atof(value), 1);
}

void args_parse(struct args *a, int argc, char **argv)
{
	*a = (struct args){ .host = "127.0.0.1", .path = "/", .port = 8080, .clients = 1,
			    .seconds = 5, .settle = 1, .keepalive = 1, .slow_rate = 100000, .batch = 32 };
	for (int i = 0; i < argc; i++) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
		if (!strcmp(o, "--verify")) {
			a->verify = 1;
			continue;
		}
		if (!strcmp(o, "--no-keepalive")) {
			a->keepalive = 0;
			continue;
		}
		i++;
		if (!strcmp(o, "--pid") && a->npids < MAX_PIDS)
			a->pids[a->npids++] = atoi(v);
		else if (!text(o, "--host", v, &a->host) && !text(o, "--path", v, &a->path) &&
			 !text(o, "--header", v, &a->extra_header) && !text(o, "--body", v, &a->body) && !number(o, "--port", v, &a->port) &&
			 !number(o, "--clients", v, &a->clients) && !number(o, "--slow", v, &a->slow) &&
			 !number(o, "--deaf", v, &a->deaf) && !number(o, "--rcvbuf", v, &a->rcvbuf) &&
			 !number(o, "--mss", v, &tcp_mss) && !real(o, "--seconds", v, &a->seconds) &&
			 !real(o, "--settle", v, &a->settle) && !real(o, "--slow-rate", v, &a->slow_rate)) {
			fputs(USAGE, stderr);
			exit(2);
		}
	}
}
