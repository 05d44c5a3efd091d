/* Reading a multipart stream.
 *
 * A small parser: response head, then parts.  A part with a Content-Length is skipped with
 * recv(MSG_TRUNC), which makes the kernel drop the bytes without copying them, so that one core
 * can receive all data of the server under test.  --verify reads every byte instead and checks that
 * each JPEG starts with SOI and ends with EOI.
 *
 * A frame's number and capture time are read from the "CAMSTAMP" comment segment of the JPEG, or
 * from the 28-byte payload header of the camera SDK (counter, size, type, seconds, microseconds,
 * ...) where the part has one.
 */
#include "viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct tally T;

static uint32_t u32(const uint8_t *p)
{
	uint32_t x;
	memcpy(&x, p, 4);
	return x;
}
static uint64_t u64(const uint8_t *p)
{
	uint64_t x;
	memcpy(&x, p, 8);
	return x;
}

/* Find the frame's number and capture time; returns 0 if it has none. */
static int find_stamp(const struct viewer *c, uint64_t *seq, uint64_t *ns)
{
	const uint8_t *p = c->peek;
	int n = c->npeek;
	if (n >= 28 && !(p[0] == 0xff && p[1] == 0xd8)) { /* SDK payload header */
		if (u32(p + 8) != 'J')
			return 0;
		*seq = u32(p);
		*ns = u32(p + 12) * 1000000000ull + u32(p + 16) * 1000ull;
		return 1;
	}
	if (n >= 30 && !memcmp(p + 6, "CAMSTAMP", 8)) {
		*seq = u64(p + 14);
		*ns = u64(p + 22);
		return *ns != 0;
	}
	return 0;
}

static void frame_done(struct viewer *c)
{
	uint64_t seq, ns, now;
	const uint8_t *jpeg = c->peek;
	int has_head = c->npeek >= 30 && !(jpeg[0] == 0xff && jpeg[1] == 0xd8);
	if (has_head)
		jpeg += 28;
	int is_jpeg = c->npeek >= 2 && jpeg[0] == 0xff && jpeg[1] == 0xd8;
	if (!is_jpeg && !has_head) {
		c->skipped_parts++;
		goto out;
	}
	if (T.verify && !(is_jpeg && c->last2[0] == 0xff && c->last2[1] == 0xd9))
		c->bad += T.measuring;
	int stamped = find_stamp(c, &seq, &ns);
	if (!c->frames && !c->seq && c->born) {
		hist_add(&T.first, (mono_ns() - c->born) / 1000);
		c->born = 0;
	}
	if (T.measuring) {
		c->frames++;
		c->bytes += c->size;
		if (stamped) {
			now = real_ns();
			hist_add(c->slow ? &T.slow_delay : &T.delay, now > ns ? (now - ns) / 1000 : 0);
		}
		if (stamped && c->have_seq && (uint32_t)seq > c->seq + 1)
			c->dropped += (uint32_t)seq - c->seq - 1;
	}
	if (stamped) {
		c->seq = seq;
		c->have_seq = 1;
	}
out:
	c->npeek = 0;
	c->ntext = 0;
}

static const char *find_header(const char *text, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = text; p; p = strchr(p, '\n')) {
		if (*p == '\n')
			p++;
		if (!strncasecmp(p, name, n) && p[n] == ':') {
			p += n + 1;
			while (*p == ' ')
				p++;
			return p;
		}
		if (!*p)
			break;
	}
	return NULL;
}

void viewer_drop(struct viewer *c)
{
	if (c->state != DEAD) {
		close(c->fd);
		c->state = DEAD;
		if (c->slow || c->deaf)
			T.cut++;
		else
			T.failed++;
	}
}

static void head_done(struct viewer *c)
{
	if (strncmp(c->text, "HTTP/1.", 7) || strncmp(c->text + 8, " 200", 4)) {
		static int once;
		if (!once++)
			fprintf(stderr, "camload: refused: %.60s\n", c->text);
		viewer_drop(c);
		return;
	}
	const char *te = find_header(c->text, "Transfer-Encoding");
	c->chunked = te && !strncasecmp(te, "chunked", 7);
	const char *ct = find_header(c->text, "Content-Type"), *b;
	if (ct && (b = strcasestr(ct, "boundary="))) {
		b += 9;
		int n = strcspn(b, "\r\n;");
		if (*b == '"')
			b++, n = strcspn(b, "\"");
		int dashed = n > 2 && !strncmp(b, "--", 2);
		c->nmark = snprintf(c->mark, sizeof c->mark, "\r\n%s%.*s", dashed ? "" : "--", n, b);
	}
	c->state = PART;
	c->ntext = 0;
}

static void part_done(struct viewer *c)
{
	const char *cl = find_header(c->text, "Content-Length");
	c->npeek = 0;
	if (cl) {
		c->left = c->size = atol(cl);
		c->state = BODY;
		if (!c->left)
			frame_done(c), c->state = PART;
	} else {
		c->size = 0;
		c->ncarry = 0;
		c->state = SCAN;
	}
}

/* Body bytes of a part whose length is not announced: look for the boundary. */
static const uint8_t *scan(struct viewer *c, const uint8_t *p, const uint8_t *end)
{
	/* join the saved bytes with the new ones only around the boundary of the reads */
	uint8_t seam[2 * TAIL];
	int take = end - p < TAIL ? end - p : TAIL;
	memcpy(seam, c->carry, c->ncarry);
	memcpy(seam + c->ncarry, p, take);
	uint8_t *hit = c->ncarry ? memmem(seam, c->ncarry + take, c->mark, c->nmark) : NULL;
	const uint8_t *next = NULL;
	if (hit && hit < seam + c->ncarry) {
		next = p + (hit - seam) + c->nmark - c->ncarry;
	} else if ((hit = memmem(p, end - p, c->mark, c->nmark))) {
		next = hit + c->nmark;
	}
	const uint8_t *stop = next ? next : end;
	for (const uint8_t *q = p; q < stop && c->npeek < PEEK; q++)
		c->peek[c->npeek++] = *q;
	c->size += stop - p;
	if (next) {
		c->last2[0] = 0xff, c->last2[1] = 0xd9;
		frame_done(c);
		c->state = PART;
		return next;
	}
	int keep = c->nmark - 1;
	if (end - p >= keep) {
		memcpy(c->carry, end - keep, keep);
		c->ncarry = keep;
	} else {
		int old = c->ncarry + (end - p) > keep ? keep - (int)(end - p) : c->ncarry;
		memmove(c->carry, c->carry + c->ncarry - old, old);
		memcpy(c->carry + old, p, end - p);
		c->ncarry = old + (end - p);
	}
	return end;
}

/* Parse stream bytes without chunked coding. */
static void feed(struct viewer *c, const uint8_t *p, const uint8_t *end)
{
	while (p < end && c->state != DEAD) {
		if (c->state == BODY) {
			long n = end - p < c->left ? end - p : c->left;
			for (long i = 0; i < n && c->npeek < PEEK; i++)
				c->peek[c->npeek++] = p[i];
			if (n >= 2)
				c->last2[0] = p[n - 2], c->last2[1] = p[n - 1];
			else
				c->last2[0] = c->last2[1], c->last2[1] = p[0];
			p += n;
			c->left -= n;
			if (!c->left) {
				frame_done(c);
				c->state = PART;
			}
			continue;
		}
		if (c->state == SCAN) {
			p = scan(c, p, end);
			continue;
		}
		/* PART: collect text until a blank line ends a header block */
		if (c->ntext == LINE_MAX_ - 1) {
			viewer_drop(c);
			return;
		}
		c->text[c->ntext++] = *p++;
		c->text[c->ntext] = 0;
		if (c->text[c->ntext - 1] != '\n')
			continue;
		if (c->ntext >= 4 && !memcmp(c->text + c->ntext - 4, "\r\n\r\n", 4)) {
			if (strchr(c->text, ':'))
				part_done(c);
			else
				c->ntext = 0; /* only line ends before the boundary */
		}
	}
}

/* Undo chunked transfer coding, then feed(). */
static void feed_chunked(struct viewer *c, const uint8_t *p, const uint8_t *end)
{
	while (p < end && c->state != DEAD) {
		if (c->chunk_left) {
			long n = end - p < c->chunk_left ? end - p : c->chunk_left;
			feed(c, p, p + n);
			p += n;
			c->chunk_left -= n;
			continue;
		}
		/* the size line, after the line end that closes the chunk before it */
		if (*p != '\n' && *p != '\r') {
			if (c->nsize_line < (int)sizeof c->size_line - 1)
				c->size_line[c->nsize_line++] = *p;
		} else if (*p == '\n' && c->nsize_line) {
			c->size_line[c->nsize_line] = 0;
			c->chunk_left = strtol(c->size_line, NULL, 16);
			c->nsize_line = 0;
			if (!c->chunk_left)
				viewer_drop(c);
		}
		p++;
	}
}

/* Read exactly the response head, and none of the bytes after it. */
static int read_head(struct viewer *c)
{
	int room = LINE_MAX_ - 1 - c->ntext;
	ssize_t n = recv(c->fd, c->text + c->ntext, room, MSG_PEEK);
	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	int old = c->ntext;
	c->text[old + n] = 0;
	char *e = strstr(c->text + (old > 3 ? old - 3 : 0), "\r\n\r\n");
	int use = e ? (int)(e + 4 - (c->text + old)) : (int)n;
	if (recv(c->fd, c->text + old, use, 0) != use)
		return -1;
	c->ntext = old + use;
	c->text[c->ntext] = 0;
	if (e)
		head_done(c);
	else if (c->ntext == LINE_MAX_ - 1)
		return -1;
	return 1;
}

/* Returns bytes taken, 0 if none are available, -1 when the connection is finished. */
long viewer_step(struct viewer *c, long limit)
{
	static uint8_t buf[CHUNK];
	ssize_t n;
	if (c->state == HEAD)
		return read_head(c);
	if (c->state == BODY && !c->chunked && !T.verify && c->npeek == PEEK) {
		long want = c->left < limit ? c->left : limit;
		n = recv(c->fd, NULL, want, MSG_TRUNC);
		if (n > 0 && !(c->left -= n)) {
			frame_done(c);
			c->state = PART;
		}
	} else {
		/* a short read keeps the body out of the copy path */
		long want = c->chunked || T.verify || c->state == SCAN ? CHUNK : 512;
		n = recv(c->fd, buf, want < limit ? want : limit, 0);
		if (n > 0)
			(c->chunked ? feed_chunked : feed)(c, buf, buf + n);
	}
	if (n < 0 && errno == EAGAIN)
		return 0;
	return n <= 0 ? -1 : n;
}
