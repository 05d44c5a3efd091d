/* One viewer of a multipart stream: connects, sends the request, reads parts. */
#ifndef CAMLOAD_VIEWER_H
#define CAMLOAD_VIEWER_H

#include "camload.h"

enum state { CONNECTING, HEAD, PART, BODY, SCAN, DEAD };
enum { LINE_MAX_ = 2048, PEEK = 64, TAIL = 80, CHUNK = 1 << 16 };

struct viewer {
	int fd, slow, deaf, chunked;
	enum state state;
	char text[LINE_MAX_]; /* head or part header being collected */
	int ntext;
	char mark[TAIL];      /* "\r\n--boundary" */
	int nmark;
	uint8_t peek[PEEK];   /* first bytes of the part body */
	int npeek;
	uint8_t last2[2];
	long left;            /* remaining body bytes */
	long size;
	long chunk_left;
	char size_line[24];
	int nsize_line;
	uint8_t carry[TAIL];
	int ncarry;
	uint64_t born, frames, dropped, bytes, bad, skipped_parts;
	uint32_t seq;
	int have_seq;
	double credit;
};

/* Counters that all viewers of a run share. */
struct tally {
	int measuring, verify;
	struct hist delay, first, slow_delay;
	uint64_t alive, failed, cut;
};
extern struct tally T;

/* Reads at most `limit` bytes; returns bytes taken, 0 if none are available, -1 when the connection is finished. */
long viewer_step(struct viewer *c, long limit);
/* Closes the connection; a normal viewer has then failed, a slow or deaf one was cut. */
void viewer_drop(struct viewer *c);

#endif
