/* rtspload: many RTSP viewers of one stream, in one thread.  usage: rtspload tcp|udp [camload's options] */
#include "viewer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { AT_ONCE = 8 };

struct run R;
static struct viewer *viewers;
static int opened;

static void run_until(uint64_t deadline, int until_all_play)
{
	static struct epoll_event event[512];
	while (mono_ns() < deadline) {
		while (opened < R.args->clients && opened < R.playing + R.failed + AT_ONCE) {
			viewers[opened].tcp.v = &viewers[opened];
			viewer_open(&viewers[opened++]);
		}
		int n = epoll_wait(R.epoll, event, 512, 50);
		for (int i = 0; i < n; i++) {
			struct end *end = event[i].data.ptr;
			if (end->v->step != DEAD)
				end->ready(end->v);
		}
		if (until_all_play && R.playing + R.failed == R.args->clients)
			return;
	}
}

static void report_rates(double took, double cpu)
{
	uint64_t packets = 0, frames = 0, lost = 0, bytes = 0;
	double least = 1e9, most = 0;
	for (int i = 0; i < R.args->clients; i++) {
		struct viewer *v = &viewers[i];
		packets += v->packets, frames += v->frames, lost += v->lost, bytes += v->bytes;
		double rate = v->frames / took;
		least = rate < least ? rate : least;
		most = rate > most ? rate : most;
	}
	report_num("packets_per_s", packets / took);
	report_num("frames_per_s", frames / took);
	report_num("mbytes_per_s", bytes / took / 1e6);
	report_num("fps_min", least);
	report_num("fps_max", most);
	report_num("lost_packets", lost);
	report_num("lost_share", packets + lost ? (double)lost / (packets + lost) : 0);
	report_num("frames_per_cpu_s", cpu > 0 ? frames / cpu : 0);
}

static void report(double took, const struct cost *before, const struct cost *after)
{
	report_begin(R.udp ? "rtsp-udp" : "rtsp-tcp");
	report_num("clients", R.args->clients);
	report_num("failed", R.failed);
	report_num("seconds", took);
	report_rates(took, after->cpu_s - before->cpu_s);
	report_num("delay_p50_ms", hist_ms(&R.delay, 0.5));
	report_num("delay_p99_ms", hist_ms(&R.delay, 0.99));
	report_num("first_key_p50_ms", hist_ms(&R.first, 0.5));
	report_num("first_key_p99_ms", hist_ms(&R.first, 0.99));
	report_cost(before, after);
	report_end();
}

int main(int argc, char **argv)
{
	struct args args;
	struct cost before, after;
	char address[512];
	signal(SIGPIPE, SIG_IGN);
	raise_fd_limit();
	args_parse(&args, argc > 2 ? argc - 2 : 0, argv + 2);
	snprintf(address, sizeof address, "rtsp://%s:%d%s", args.host, args.port, args.path);
	R.args = &args;
	R.address = address;
	R.udp = argc > 1 && !strcmp(argv[1], "udp");
	R.epoll = epoll_create1(0);
	viewers = calloc(args.clients, sizeof *viewers);

	run_until(mono_ns() + 20000000000ull, 1);
	run_until(mono_ns() + args.settle * 1e9, 0);
	cost_read(&before, args.pids, args.npids);
	R.measuring = 1;
	uint64_t start = mono_ns();
	run_until(start + args.seconds * 1e9, 0);
	double took = (mono_ns() - start) / 1e9;
	cost_read(&after, args.pids, args.npids);
	report(took, &before, &after);
	for (int i = 0; i < args.clients; i++)
		viewer_leave(&viewers[i]);
	usleep(200000);
	return R.failed ? 3 : 0;
}
