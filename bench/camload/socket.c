/* Connections that do not block, and the request that they send. */
#include "camload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int tcp_mss;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

void raise_fd_limit(void)
{
	struct rlimit r;
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

int tcp_start(const char *host, int port, int rcvbuf)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
		die("--host wants an IPv4 address");
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	if (fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (tcp_mss)
		setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &tcp_mss, sizeof tcp_mss);
	if (rcvbuf)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)
		die("connect");
	return fd;
}

void format_request(char *to, size_t size, const struct args *a, const char *more)
{
	char length[96] = "";
	if (a->body)
		snprintf(length, sizeof length, "Content-Type: application/soap+xml\r\nContent-Length: %zu\r\n",
			 strlen(a->body));
	int n = snprintf(to, size, "%s %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: camload\r\n%s%s%s%s\r\n%s",
			 a->body ? "POST" : "GET", a->path, a->host, a->port, more, length,
			 a->extra_header ? a->extra_header : "", a->extra_header ? "\r\n" : "", a->body ? a->body : "");
	if (n < 0 || (size_t)n >= size)
		die("the request is too long");
}
