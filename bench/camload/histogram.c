/* Clocks, and histograms of delays. */
#include "camload.h"

#include <time.h>

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}
uint64_t mono_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t real_ns(void) { return clock_ns(CLOCK_REALTIME); }

static unsigned hist_index(uint64_t us)
{
	if (us < HIST_SUB)
		return us;
	unsigned top = 63 - __builtin_clzll(us);        /* >= 5 */
	unsigned i = (top - 4) * HIST_SUB + ((us >> (top - 5)) & (HIST_SUB - 1));
	return i < HIST_SIZE ? i : HIST_SIZE - 1;
}

static double hist_value(unsigned i)
{
	if (i < HIST_SUB)
		return i;
	unsigned top = i / HIST_SUB + 4;
	return (double)(1ull << top) * (1 + (i % HIST_SUB + 0.5) / HIST_SUB);
}

void hist_add(struct hist *h, uint64_t us)
{
	h->n++;
	h->sum_us += us;
	if (us > h->max_us)
		h->max_us = us;
	h->slot[hist_index(us)]++;
}

double hist_ms(const struct hist *h, double quantile)
{
	uint64_t want = (uint64_t)(quantile * h->n), seen = 0;
	if (!h->n)
		return 0;
	for (unsigned i = 0; i < HIST_SIZE; i++) {
		seen += h->slot[i];
		if (seen > want) {
			double v = hist_value(i);
			return (v < h->max_us ? v : h->max_us) / 1000.0;
		}
	}
	return h->max_us / 1000.0;
}

double hist_mean_ms(const struct hist *h)
{
	return h->n ? h->sum_us / h->n / 1000.0 : 0;
}
