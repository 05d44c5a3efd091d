/* Resources of the server under test: processor time and memory of its process tree. */
#include "camload.h"

#include <dirent.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int read_stat(const char *path, int *ppid, double *user, double *sys)
{
	char buf[1024], *p;
	FILE *f = fopen(path, "r");
	if (!f)
		return -1;
	size_t n = fread(buf, 1, sizeof buf - 1, f);
	fclose(f);
	buf[n] = 0;
	if (!(p = strrchr(buf, ')')))
		return -1;
	unsigned long ut, st;
	if (sscanf(p + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		   ppid, &ut, &st) != 3)
		return -1;
	double hz = sysconf(_SC_CLK_TCK);
	*user = ut / hz;
	*sys = st / hz;
	return 0;
}

/* Not "Pss:": that changes when another process maps the same files. */
static double read_anonymous(int pid)
{
	char path[64], line[256];
	double kb = 0;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "Pss_Anon: %lf", &kb) == 1)
			break;
	fclose(f);
	return kb / 1024;
}

static void add_tree(struct cost *c, int pid, int depth)
{
	int ppid;
	double u, s;
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (depth > 8 || read_stat(path, &ppid, &u, &s) < 0)
		return;
	c->cpu_s += u + s;
	c->user_s += u;
	c->memory_mb += read_anonymous(pid);
	c->procs++;
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, pid);
	if (!depth && !read_stat(path, &ppid, &u, &s))
		c->main_s += u + s;
	/* children of every thread of the process */
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *d = opendir(path);
	struct dirent *e;
	while (d && (e = readdir(d))) {
		char kids[600];
		if (e->d_name[0] == '.')
			continue;
		snprintf(kids, sizeof kids, "/proc/%d/task/%s/children", pid, e->d_name);
		FILE *f = fopen(kids, "r");
		int kid;
		while (f && fscanf(f, "%d", &kid) == 1)
			add_tree(c, kid, depth + 1);
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
}

void cost_read(struct cost *c, const int *pids, int n)
{
	memset(c, 0, sizeof *c);
	for (int i = 0; i < n; i++)
		add_tree(c, pids[i], 0);

	FILE *f = fopen("/proc/stat", "r");
	double v[8] = { 0 };
	if (f && fscanf(f, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3,
			v + 4, v + 5, v + 6, v + 7) == 8)
		c->busy_s = (v[0] + v[1] + v[2] + v[5] + v[6]) / sysconf(_SC_CLK_TCK);
	if (f)
		fclose(f);

	char line[256];
	double pages;
	f = fopen("/proc/net/sockstat", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "TCP: inuse %*d orphan %*d tw %*d alloc %*d mem %lf", &pages) == 1)
			c->tcp_mem_mb = pages * sysconf(_SC_PAGESIZE) / 1048576.0;
	if (f)
		fclose(f);

	struct rusage ru;
	getrusage(RUSAGE_SELF, &ru);
	c->self_s = ru.ru_utime.tv_sec + ru.ru_utime.tv_usec / 1e6 +
		    ru.ru_stime.tv_sec + ru.ru_stime.tv_usec / 1e6;
}
