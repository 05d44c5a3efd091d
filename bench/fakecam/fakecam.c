/* fakecam: an LD_PRELOAD shim that stands in for a V4L2 capture device.
 *
 * With it, a machine without a camera driver can run programs that need one
 * (ustreamer, mjpg-streamer's input_uvc, motion).  Opening the path in
 * FAKECAM_PATH yields a timerfd that becomes readable once per frame.  This
 * shim handles the V4L2 ioctls and mmap() of that descriptor, and every
 * dequeued buffer holds the next frame of a pack file.
 *
 *   FAKECAM_PATH    path of the camera (default /dev/video0)
 *   FAKECAM_PACK    frame pack (u32 count, then per frame u32 length + bytes)
 *   FAKECAM_FOURCC  pixel format of the frames     (default MJPG)
 *   FAKECAM_SIZE    WxH                            (default 1280x720)
 *   FAKECAM_FPS     frames per second              (default 30)
 *   FAKECAM_MODES   several modes instead of the three above; the first one is
 *                   the default: "MJPG:1280x720@30,YUYV:640x480@15".  The pack
 *                   of a mode is FAKECAM_PACK, a dot and its text up to the @
 *                   ("frames.pack.YUYV:640x480"), or else FAKECAM_PACK itself
 *   FAKECAM_MISHAP  file whose first letter is the present fault:
 *                   g gone (unplugged), f frozen (no frames), b busy,
 *                   d damaged (the driver marks each frame as damaged),
 *                   h hangs (a call for a control does not return), k keeps
 *                   its controls (VIDIOC_S_CTRL fails: busy);
 *                   anything else or no file: no fault
 *   FAKECAM_PART    the camera is a part of one that libcamera connects
 *   FAKECAM_FOCUS   the frames are not played: they are the views from one
 *                   limit of the focus control to the other
 *   FAKECAM_CONTROLS  file of records (controls.h), which are the controls:
 *                   motors move at their own rate, and the test reads them
 *
 * In JPEG frames with a "CAMSTAMP" comment right after SOI (see packs.py), the
 * shim writes the frame number and the CLOCK_REALTIME nanoseconds of dequeuing
 * into it, so that a viewer can measure loss and delay.
 *
 * Build: cc -O2 -shared -fPIC -o fakecam.so fakecam.c -ldl
 */
#include "camera.h"
#include "controls.h"

__attribute__((constructor)) static void start(void)
{
	find_library();
	read_modes();
	load_controls();
	cam.ready = 1;
}

static int open_cam(int flags)
{
	if (mishap() == 'g') {
		errno = ENODEV;
		return -1;
	}
	int fd = timerfd_create(CLOCK_MONOTONIC, flags & O_NONBLOCK ? TFD_NONBLOCK : 0);
	if (fd >= 0 && cam.nfds < MAX_FDS)
		cam.fds[cam.nfds++] = fd;
	return fd;
}

static int is_ours(int fd)
{
	for (int i = 0; i < cam.nfds; i++)
		if (cam.fds[i] == fd)
			return fd >= 0;
	return 0;
}

static void forget(int fd)
{
	for (int i = 0; i < cam.nfds; i++)
		if (cam.fds[i] == fd)
			cam.fds[i] = cam.fds[--cam.nfds];
	if (fd == cam.streamer)
		cam.streamer = -1, cam.streaming = 0;
}

static int is_cam(const char *path)
{
	return path && cam.ready && !strcmp(path, env("FAKECAM_PATH", "/dev/video0"));
}

REPLACE_OPEN(open, is_cam, open_cam)
REPLACE_OPEN(open64, is_cam, open_cam)
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open(path, flags); }

int close(int fd)
{
	find_library();
	if (is_ours(fd)) {
		pthread_mutex_lock(&cam.lock);
		forget(fd);
		pthread_mutex_unlock(&cam.lock);
	}
	return real_close(fd);
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	find_library();
	if (is_ours(fd)) {
		unsigned i = off / cam.slot;
		return i < cam.nbufs ? cam.mem[i] : MAP_FAILED;
	}
	return real_mmap(addr, len, prot, flags, fd, off);
}
void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return mmap(addr, len, prot, flags, fd, off);
}

int munmap(void *addr, size_t len)
{
	find_library();
	for (unsigned i = 0; i < cam.nbufs; i++)
		if (addr == cam.mem[i])
			return 0;
	return real_munmap(addr, len);
}

static void fill_format(struct v4l2_format *f)
{
	f->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct v4l2_pix_format *p = &f->fmt.pix;
	memset(p, 0, sizeof *p);
	p->width = cam.mode->width;
	p->height = cam.mode->height;
	p->pixelformat = cam.mode->fourcc;
	p->field = V4L2_FIELD_NONE;
	p->colorspace = V4L2_COLORSPACE_JPEG;
	p->sizeimage = cam.slot;
	if (p->pixelformat == V4L2_PIX_FMT_YUYV)
		p->bytesperline = p->width * 2;
	else if (p->pixelformat == V4L2_PIX_FMT_YUV420)
		p->bytesperline = p->width;
}

static void fill_buffer(struct v4l2_buffer *b, unsigned i)
{
	b->index = i;
	b->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	b->memory = V4L2_MEMORY_MMAP;
	b->length = cam.slot;
	b->m.offset = i * cam.slot;
	b->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC |
		   (cam.queued[i] ? V4L2_BUF_FLAG_QUEUED : 0);
}

/* The number of the present frame. */
static uint32_t focused_frame(void)
{
	const struct record *focus = *env("FAKECAM_FOCUS", "") ? find_control(V4L2_CID_FOCUS_ABSOLUTE) : NULL;
	if (!focus)
		return cam.seq % cam.count;
	return (uint64_t)(value_of(focus) - focus->min) * (cam.count - 1) / (focus->max - focus->min);
}

static int dequeue(int fd, struct v4l2_buffer *b)
{
	uint64_t ticks;
	if (cam.head == cam.tail)
		return fail(EAGAIN);
	if (real_read(fd, &ticks, sizeof ticks) != sizeof ticks)
		return -1; /* EAGAIN when no frame is due yet */
	char wrong = mishap();
	if (wrong == 'f')
		return fail(EAGAIN);
	unsigned i = cam.fifo[cam.tail++ % MAX_BUFS];
	cam.seq += ticks;
	uint32_t n = focused_frame();
	struct timespec now;
	memcpy(cam.mem[i], cam.frame[n], cam.len[n]);
	if (cam.len[n] > 64 && !memcmp(cam.mem[i] + 6, "CAMSTAMP", 8)) {
		clock_gettime(CLOCK_REALTIME, &now);
		uint64_t ns = now.tv_sec * 1000000000ull + now.tv_nsec;
		memcpy(cam.mem[i] + STAMP_OFF, &cam.seq, 8);
		memcpy(cam.mem[i] + STAMP_OFF + 8, &ns, 8);
	}
	cam.queued[i] = 0;
	fill_buffer(b, i);
	if (wrong == 'd')
		b->flags |= V4L2_BUF_FLAG_ERROR;
	b->bytesused = cam.len[n];
	b->sequence = cam.seq;
	b->field = V4L2_FIELD_NONE;
	clock_gettime(CLOCK_MONOTONIC, &now);
	b->timestamp.tv_sec = now.tv_sec;
	b->timestamp.tv_usec = now.tv_nsec / 1000;
	return 0;
}

static int is_capture(unsigned long req)
{
	return req == VIDIOC_S_FMT || req == VIDIOC_G_FMT || req == VIDIOC_TRY_FMT || req == VIDIOC_REQBUFS;
}

static int control(int fd, unsigned long req, void *arg)
{
	char wrong = mishap();
	if (wrong == 'g')
		return fail(ENODEV);
	if (!cam.pack && is_capture(req))
		load_pack();
	if (wrong == 'b' && (req == VIDIOC_S_FMT || req == VIDIOC_REQBUFS || req == VIDIOC_STREAMON))
		return fail(EBUSY);
	switch (req) {
	case VIDIOC_QUERYCAP: {
		struct v4l2_capability *c = arg;
		memset(c, 0, sizeof *c);
		strcpy((char *)c->driver, "fakecam");
		strcpy((char *)c->card, "fakecam");
		strcpy((char *)c->bus_info, "none");
		c->version = 0x060000;
		c->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
		if (*env("FAKECAM_PART", ""))
			c->device_caps |= V4L2_CAP_IO_MC;
		c->capabilities = c->device_caps | V4L2_CAP_DEVICE_CAPS;
		return 0;
	}
	case VIDIOC_ENUMINPUT: {
		struct v4l2_input *in = arg;
		if (in->index)
			return fail(EINVAL);
		memset(in, 0, sizeof *in);
		strcpy((char *)in->name, "fakecam");
		in->type = V4L2_INPUT_TYPE_CAMERA;
		return 0;
	}
	case VIDIOC_G_INPUT:
		*(int *)arg = 0;
		return 0;
	case VIDIOC_S_INPUT:
		return 0;
	case VIDIOC_ENUM_FMT: {
		struct v4l2_fmtdesc *d = arg;
		const struct mode *m = listed(d->index, 0, 0);
		if (!m)
			return fail(EINVAL);
		d->flags = m->fourcc == V4L2_PIX_FMT_MJPEG ? V4L2_FMT_FLAG_COMPRESSED : 0;
		d->pixelformat = m->fourcc;
		strcpy((char *)d->description, "fakecam");
		return 0;
	}
	case VIDIOC_ENUM_FRAMESIZES: {
		struct v4l2_frmsizeenum *s = arg;
		const struct mode *m = listed(s->index, s->pixel_format, 1);
		if (!m)
			return fail(EINVAL);
		s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
		s->discrete.width = m->width;
		s->discrete.height = m->height;
		return 0;
	}
	case VIDIOC_ENUM_FRAMEINTERVALS: {
		struct v4l2_frmivalenum *v = arg;
		unsigned n = v->index;
		for (unsigned i = 0; i < cam.nmodes; i++) {
			const struct mode *m = &cam.modes[i];
			if (m->fourcc == v->pixel_format && m->width == v->width && m->height == v->height && !n--) {
				v->type = V4L2_FRMIVAL_TYPE_DISCRETE;
				v->discrete.numerator = 1;
				v->discrete.denominator = m->fps;
				return 0;
			}
		}
		return fail(EINVAL);
	}
	case VIDIOC_S_FMT:
		if (cam.nbufs && cam.streaming)
			return fail(EBUSY);
		set_format(&((struct v4l2_format *)arg)->fmt.pix);
		fill_format(arg);
		return 0;
	case VIDIOC_G_FMT:
	case VIDIOC_TRY_FMT:
		fill_format(arg);
		return 0;
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM: {
		struct v4l2_streamparm *p = arg;
		memset(&p->parm, 0, sizeof p->parm);
		p->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
		p->parm.capture.timeperframe.numerator = 1;
		p->parm.capture.timeperframe.denominator = cam.mode->fps;
		return 0;
	}
	case VIDIOC_REQBUFS: {
		struct v4l2_requestbuffers *r = arg;
		if (r->memory != V4L2_MEMORY_MMAP)
			return fail(EINVAL);
		if (r->count > MAX_BUFS)
			r->count = MAX_BUFS;
		/* frames of another mode need buffers of another size */
		for (unsigned i = 0; i < cam.nbufs; i++)
			real_munmap(cam.mem[i], cam.mapped);
		cam.mapped = cam.slot;
		cam.nbufs = r->count;
		for (unsigned i = 0; i < r->count; i++)
			cam.mem[i] = real_mmap(NULL, cam.slot, PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		cam.head = cam.tail = 0;
		memset(cam.queued, 0, sizeof cam.queued);
		return 0;
	}
	case VIDIOC_QUERYBUF: {
		struct v4l2_buffer *b = arg;
		if (b->index >= cam.nbufs)
			return fail(EINVAL);
		fill_buffer(b, b->index);
		return 0;
	}
	case VIDIOC_QBUF: {
		struct v4l2_buffer *b = arg;
		if (b->index >= cam.nbufs || cam.queued[b->index])
			return fail(EINVAL);
		cam.queued[b->index] = 1;
		cam.fifo[cam.head++ % MAX_BUFS] = b->index;
		return 0;
	}
	case VIDIOC_QUERYCTRL:
		return query_control(arg);
	case VIDIOC_S_CTRL: {
		struct v4l2_control *c = arg;
		struct record *found = find_control(c->id);
		if (!found)
			return fail(EINVAL);
		set_control(found, c->value);
		if (wrong == 'k')
			return fail(EBUSY);
		return 0;
	}
	case VIDIOC_G_EXT_CTRLS:
		return exchange_controls(arg, 0);
	case VIDIOC_S_EXT_CTRLS:
		return exchange_controls(arg, 1);
	case VIDIOC_DQBUF:
		return dequeue(fd, arg);
	case VIDIOC_STREAMON: {
		long gap = 1000000000L / cam.mode->fps;
		struct itimerspec t = { { 0, gap }, { 0, gap } };
		cam.streaming = 1;
		cam.streamer = fd;
		if (cam.mode->fps == 1)
			t.it_interval.tv_sec = t.it_value.tv_sec = 1,
			t.it_interval.tv_nsec = t.it_value.tv_nsec = 0;
		return timerfd_settime(fd, 0, &t, NULL);
	}
	case VIDIOC_STREAMOFF: {
		struct itimerspec t = { 0 };
		cam.streaming = 0;
		cam.head = cam.tail = 0;
		memset(cam.queued, 0, sizeof cam.queued);
		return timerfd_settime(fd, 0, &t, NULL);
	}
	default:
		return fail(ENOTTY);
	}
}

int ioctl(int fd, unsigned long req, ...)
{
	va_list ap;
	va_start(ap, req);
	void *arg = va_arg(ap, void *);
	va_end(ap);
	find_library();
	if (!is_ours(fd))
		return real_ioctl(fd, req, arg);
	/* callers differ in whether they sign-extend the request number */
	req &= 0xffffffffu;
	if (req == VIDIOC_DQBUF) {
		/* a blocking device waits here, so release the lock */
		return control(fd, req, arg);
	}
	while (req == VIDIOC_QUERYCTRL || req == VIDIOC_G_EXT_CTRLS || req == VIDIOC_S_EXT_CTRLS) {
		if (mishap() != 'h')
			break;
		usleep(10000);
	}
	pthread_mutex_lock(&cam.lock);
	int r = control(fd, req, arg);
	pthread_mutex_unlock(&cam.lock);
	return r;
}
