/* One RTSP viewer of the first video track: DESCRIBE, SETUP, PLAY, then RTP. */
#ifndef RTSPLOAD_VIEWER_H
#define RTSPLOAD_VIEWER_H

#include "../camload/camload.h"

enum step { CONNECTING, DESCRIBING, SETTING_UP, STARTING, PLAYING, DEAD };
enum { MESSAGE = 1 << 17 };

struct viewer;
/* Target of an epoll event. */
struct end {
	struct viewer *v;
	int fd;
	void (*ready)(struct viewer *v);
};
struct viewer {
	struct end tcp, rtp, rtcp;
	enum step step;
	int cseq, port;
	char session[128], control[512];
	uint8_t *buffer; /* of MESSAGE bytes */
	int filled;
	uint16_t sequence;
	int counting, key, seen_key;
	uint64_t asked;  /* time of PLAY */
	uint64_t reported; /* wall-clock time of RTP time `stamp`; 0: not yet reported */
	uint32_t stamp;
	uint64_t packets, frames, lost, bytes;
};

/* Data that all viewers of a run share. */
struct run {
	const struct args *args;
	const char *address; /* rtsp://host:port/path */
	int udp, epoll, measuring, playing, failed;
	struct hist delay, first;
};
extern struct run R;

void viewer_open(struct viewer *v);
void viewer_leave(struct viewer *v);

/* rtp.c */
void rtp_packet(struct viewer *v, const uint8_t *p, int n);
void rtcp_packet(struct viewer *v, const uint8_t *p, int n);
int udp_open(struct viewer *v);

#endif
