/* One line of JSON. */
#include "camload.h"

void report_begin(const char *mode)
{
	printf("{\"mode\":\"%s\"", mode);
}

void report_num(const char *key, double v)
{
	printf(",\"%s\":%.6g", key, v);
}

void report_cost(const struct cost *a, const struct cost *b)
{
	report_num("server_cpu_s", b->cpu_s - a->cpu_s);
	report_num("server_user_s", b->user_s - a->user_s);
	report_num("server_main_s", b->main_s - a->main_s);
	report_num("server_memory_mb", b->memory_mb);
	report_num("server_memory_before_mb", a->memory_mb);
	report_num("server_procs", b->procs);
	report_num("tcp_mem_mb", b->tcp_mem_mb);
	report_num("machine_busy_s", b->busy_s - a->busy_s);
	report_num("load_cpu_s", b->self_s - a->self_s);
}

void report_end(void)
{
	puts("}");
}
