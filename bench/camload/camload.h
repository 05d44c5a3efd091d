/* camload: load generator for IP camera servers.  Declarations that its parts share. */
#ifndef CAMLOAD_H
#define CAMLOAD_H

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- histogram.c: clocks, and a histogram of microseconds, 32 steps per power of two (3 % wide) ---- */
uint64_t mono_ns(void);
uint64_t real_ns(void);
enum { HIST_SUB = 32, HIST_SIZE = 40 * HIST_SUB };
struct hist {
	uint64_t n, max_us;
	double sum_us;
	uint64_t slot[HIST_SIZE];
};
void hist_add(struct hist *h, uint64_t us);
double hist_ms(const struct hist *h, double quantile);
double hist_mean_ms(const struct hist *h);

/* ---- cost.c: resources that the server under test uses ---- */
struct cost {
	double cpu_s;      /* user + system seconds of the process tree */
	double user_s;
	double main_s;     /* of cpu_s: the first thread of each process named */
	double memory_mb;  /* anonymous memory of the tree, shared pages in part */
	double tcp_mem_mb; /* kernel memory of all TCP sockets on the machine */
	double busy_s;     /* busy seconds of all CPUs, for all processes */
	double self_s;     /* processor seconds of this load generator */
	int procs;
};
void cost_read(struct cost *c, const int *pids, int n);

/* ---- options.c ---- */
enum { MAX_PIDS = 64 };
struct args {
	const char *host, *path, *extra_header, *body;
	int port, clients, pids[MAX_PIDS], npids, keepalive, verify, slow, deaf, batch, rcvbuf;
	double seconds, settle, slow_rate;
};
void args_parse(struct args *a, int argc, char **argv);

/* ---- socket.c ---- */
extern int tcp_mss;                                    /* --mss; 0: the kernel's default */
int tcp_start(const char *host, int port, int rcvbuf); /* non-blocking connect */
void raise_fd_limit(void);
void format_request(char *to, size_t size, const struct args *a, const char *more);

/* ---- report.c: one line of JSON on stdout ---- */
void report_begin(const char *mode);
void report_num(const char *key, double v);
void report_cost(const struct cost *before, const struct cost *after);
void report_end(void);

int run_mjpeg(const struct args *a);
int run_snap(const struct args *a);

#endif
