/* The controls of the camera that fakecam.c simulates: records of a file that the test shares. */

enum { MAX_CONTROLS = 32, HIDDEN = 1 /* not listed: stores the device's own position */ };

struct record {
	uint32_t id, flags;
	char name[32];
	int32_t min, max, step, def;
	int32_t rate;                /* units per second of a motor; 0: immediately */
	int32_t start, target;       /* of the present move */
	uint32_t sets;               /* number of times it was set */
	uint64_t since;              /* CLOCK_MONOTONIC nanoseconds at its start */
};

static struct record *controls;
static unsigned ncontrols;

static void load_controls(void)
{
	struct stat st;
	const char *name = env("FAKECAM_CONTROLS", "");
	int fd = *name ? real_open(name, O_RDWR) : -1;
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_size) {
		controls = real_mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		ncontrols = st.st_size / sizeof *controls;
	}
	real_close(fd);
}

static struct record *find_control(uint32_t id)
{
	for (unsigned i = 0; i < ncontrols; i++)
		if (controls[i].id == id)
			return &controls[i];
	return NULL;
}

static int32_t value_of(const struct record *c)
{
	int64_t way = (int64_t)c->target - c->start;
	int64_t gone = c->rate ? (int64_t)((nanoseconds() - c->since) / 1e9 * c->rate) : INT64_MAX;
	if (gone >= llabs(way))
		return c->target;
	return c->start + (way < 0 ? -gone : gone);
}

static void move_control(struct record *c, int64_t target)
{
	int32_t here = value_of(c);
	c->start = here;
	c->target = target < c->min ? c->min : target > c->max ? c->max : target;
	c->since = nanoseconds();
}

/* Motors driven by speed, by steps or by a reset store their position in the record of the absolute control. */
static void set_control(struct record *c, int32_t value)
{
	uint32_t id = c->id, own = 0;
	struct record *axis;
	c->sets++;
	if (id == V4L2_CID_PAN_SPEED || id == V4L2_CID_PAN_RELATIVE || id == V4L2_CID_PAN_RESET)
		own = V4L2_CID_PAN_ABSOLUTE;
	else if (id == V4L2_CID_TILT_SPEED || id == V4L2_CID_TILT_RELATIVE || id == V4L2_CID_TILT_RESET)
		own = V4L2_CID_TILT_ABSOLUTE;
	else if (id == V4L2_CID_ZOOM_CONTINUOUS)
		own = V4L2_CID_ZOOM_ABSOLUTE;
	axis = own ? find_control(own) : NULL;
	if (!axis) {
		move_control(c, value);
		return;
	}
	move_control(c, value);
	if (id == V4L2_CID_PAN_RELATIVE || id == V4L2_CID_TILT_RELATIVE) {
		move_control(axis, (int64_t)value_of(axis) + value);
	} else if (id == V4L2_CID_PAN_RESET || id == V4L2_CID_TILT_RESET) {
		move_control(axis, 0);
	} else {
		/* the default of a speed control is the axis's units per second at speed 1 */
		move_control(axis, value > 0 ? axis->max : value < 0 ? axis->min : value_of(axis));
		axis->rate = value ? abs(value) * c->def : axis->rate;
	}
}

static int is_button(const struct record *c)
{
	return c->id == V4L2_CID_PAN_RESET || c->id == V4L2_CID_TILT_RESET;
}

/* As in the kernel, the value of a button does not matter. */
static int is_in_range(const struct record *c, int32_t value)
{
	return is_button(c) || (value >= c->min && value <= c->max);
}

static int query_control(struct v4l2_queryctrl *q)
{
	const struct record *best = NULL;
	int next = q->id & V4L2_CTRL_FLAG_NEXT_CTRL;
	uint32_t id = q->id & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	for (unsigned i = 0; i < ncontrols; i++) {
		const struct record *c = &controls[i];
		if (!(c->flags & HIDDEN) && (next ? c->id > id : c->id == id) && (!best || c->id < best->id))
			best = c;
	}
	if (!best) {
		errno = EINVAL;
		return -1;
	}
	memset(q, 0, sizeof *q);
	q->id = best->id;
	memcpy(q->name, best->name, sizeof q->name);
	q->minimum = best->min;
	q->maximum = best->max;
	q->step = best->step;
	q->default_value = best->def;
	q->type = best->min == 0 && best->max == 1 ? V4L2_CTRL_TYPE_BOOLEAN : V4L2_CTRL_TYPE_INTEGER;
	if (is_button(best))
		q->type = V4L2_CTRL_TYPE_BUTTON;
	if (q->type == V4L2_CTRL_TYPE_BUTTON || best->id == V4L2_CID_PAN_RELATIVE || best->id == V4L2_CID_TILT_RELATIVE)
		q->flags = V4L2_CTRL_FLAG_WRITE_ONLY;
	return 0;
}

static int exchange_controls(struct v4l2_ext_controls *all, int set)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct record *c = find_control(all->controls[i].id);
		int refused = !c || c->flags & HIDDEN;
		if (refused || (set && !is_in_range(c, all->controls[i].value))) {
			all->error_idx = all->count;
			errno = refused ? EINVAL : ERANGE;
			return -1;
		}
	}
	for (unsigned i = 0; i < all->count; i++) {
		struct record *c = find_control(all->controls[i].id);
		if (set)
			set_control(c, all->controls[i].value);
		else
			all->controls[i].value = value_of(c);
	}
	return 0;
}
