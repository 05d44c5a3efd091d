// Week of a schedule (SDK 11): its days and their common hours.

export const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
export const DAY = 24 * 60; // minutes

/**
 * @typedef {object} Week
 * @property {boolean[]} days Monday first
 * @property {number} start minute of the day
 * @property {number} length minutes, 1 to 24 hours; it may continue on the next day
 *
 * @typedef {object} Block
 * @property {number} day on which it is drawn
 * @property {number} owner day to which it belongs
 * @property {number} from minute of the day
 * @property {number} to the first minute after it
 * @property {boolean} isTail it started on the previous day
 */

/** @param {Record<string, string>} values fields of the schedule @returns {Week} */
export function readWeek(values) {
  const days = DAYS.map((day) => values[day] === "1");
  if (values.ScheduleTimeStatus !== "1") return { days, start: 0, length: DAY };
  const [start, end] = ["Start", "End"].map((which) => Number(values[`ScheduleTime${which}Hour`]) * 60 + Number(values[`ScheduleTime${which}Min`]));
  return { days, start, length: mod(end - start) + 1 };
}

/** @param {Week} week @returns {Record<string, string>} fields of the schedule; the end is an inclusive minute */
export function writeWeek({ days, start, length }) {
  const end = mod(start + length - 1);
  return {
    ...Object.fromEntries(DAYS.map((day, number) => [day, days[number] ? "1" : "0"])),
    ScheduleTimeStatus: start === 0 && length === DAY ? "0" : "1",
    ScheduleTimeStartHour: String(Math.floor(start / 60)),
    ScheduleTimeStartMin: String(start % 60),
    ScheduleTimeEndHour: String(Math.floor(end / 60)),
    ScheduleTimeEndMin: String(end % 60),
  };
}

/** @param {Week} week @returns {Block[]} */
export function blocksOf({ days, start, length }) {
  return days.flatMap((on, day) => {
    if (!on) return [];
    const end = start + length;
    const first = { day, owner: day, from: start, to: Math.min(end, DAY), isTail: false };
    return end <= DAY ? [first] : [first, { day: (day + 1) % 7, owner: day, from: 0, to: end - DAY, isTail: true }];
  });
}

/** "08:00 to 16:59", with the day when it goes beyond midnight. */
export function describeHours({ start, length }) {
  if (start === 0 && length === DAY) return "all day";
  const end = start + length - 1;
  return `${clock(start)} to ${clock(mod(end))}${end >= DAY ? " on the next day" : ""}`;
}

/** "Monday to Friday", "Monday, Wednesday", "every day but Sunday". */
export function describeDays({ days }) {
  const on = DAYS.filter((_, day) => days[day]);
  if (on.length === 7) return "every day";
  if (!on.length) return "on no day";
  const [first, last] = [days.indexOf(true), days.lastIndexOf(true)];
  if (on.length > 2 && last - first + 1 === on.length) return `${DAYS[first]} to ${DAYS[last]}`;
  if (on.length > 4) return `every day but ${DAYS.filter((_, day) => !days[day]).join(" and ")}`;
  return on.join(", ");
}

export function clock(minute) {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function mod(minute) {
  return ((minute % DAY) + DAY) % DAY;
}
