// Words of the event log: name, duration and day of an event.

/** Group events by day: [[title, events], ...], in the order given; `today` is "2026-01-31". */
export function byDay(events, today) {
  const days = new Map();
  for (const event of events) {
    const day = event.started.slice(0, 10);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(event);
  }
  return [...days].map(([day, of]) => [dayName(day, today), of]);
}

function dayName(day, today) {
  const name = new Date(`${day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return day === today ? `Today, ${name}` : name;
}

/** Description of an event: "motion 1" is "Motion in window 1". */
export function describeLabel(label) {
  const [kind, detail] = label.split(" ");
  if (kind === "motion") return detail ? `Motion in window ${detail}` : "Motion";
  if (/^di[12]$/.test(kind) && detail) return `Input ${kind[2]} ${detail}`;
  if (label === "time") return "Time of a schedule";
  if (kind === "sdcard") return `SD card ${detail}`;
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** Clock times of an event: "12:00:05 to 12:00:31", "since 12:00:05", or one time for an event without duration. */
export function describeTimes({ started, ended, seconds }) {
  const from = clock(started);
  if (ended === null) return `since ${from}`;
  return seconds < 1 ? from : `${from} to ${clock(ended)}`;
}

/** Length in words: "26 s", "3 min 20 s", "2 h 5 min". */
export function describeLength(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes) return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${rest} s`;
}

/** Merge lists: the newest events, then the displayed events that are older. */
export function mergePages(newest, shown) {
  const last = newest.at(-1);
  if (!last) return [];
  const known = new Set(newest.map((event) => event.id));
  const at = shown.findIndex((event) => event.id === last.id);
  return at < 0 ? newest : [...newest, ...shown.slice(at + 1).filter((event) => !known.has(event.id))];
}

function clock(time) {
  return time.slice(11, 19);
}
