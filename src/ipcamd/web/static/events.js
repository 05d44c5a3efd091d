// The event log as a list, a card for each day.

const COUNT = 500;

/** Turn JSON lines into entries, newest first: { when: Date, what, schedule, done, failed }. */
export function parse(lines) {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map(({ moment, ...rest }) => ({ when: new Date(moment / 1e6), ...rest }));
}

/** Put entries of one day together: [[title, entries], ...], in the order given. */
export function byDay(entries, today = new Date()) {
  const days = new Map();
  for (const entry of entries) {
    const title = dayName(entry.when, today);
    days.set(title, [...(days.get(title) ?? []), entry]);
  }
  return [...days];
}

function dayName(when, today) {
  const name = when.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return when.toDateString() === today.toDateString() ? `Today, ${name}` : name;
}

/** Say in words what happened: "motion 1" is "Motion in window 1". */
export function spelled(what) {
  const [kind, detail] = what.split(" ");
  if (kind === "motion") return detail ? `Motion in window ${detail}` : "Motion";
  if (/^di[12]$/.test(kind) && detail) return `Input ${kind[2]} went ${detail}`;
  if (what === "time") return "Schedule's time began";
  return what.charAt(0).toUpperCase() + what.slice(1);
}

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function row(entry) {
  const line = made("div", "row");
  const time = made("time", "", entry.when.toLocaleTimeString());
  time.dateTime = entry.when.toISOString();
  const what = made("div", "what", spelled(entry.what));
  if (entry.schedule) what.append(made("span", "schedule", entry.schedule));
  const outcome = made("div", "outcome");
  if (entry.done) outcome.append(made("div", "done", entry.done));
  if (entry.failed) outcome.append(made("div", "failed", entry.failed));
  line.append(time, what, outcome);
  return line;
}

function empty(title, words) {
  const card = made("div", "card empty");
  card.append(made("strong", "", title), words);
  return card;
}

async function load(place) {
  try {
    const answer = await fetch(new URL(`/cgi/admin/eventlog.cgi?format=json&count=${COUNT}`, location.origin));
    if (!answer.ok) throw new Error(`the camera answered ${answer.status}`);
    const days = byDay(parse(await answer.text()));
    place.replaceChildren(
      ...days.map(([title, entries]) => {
        const card = made("section", "card");
        card.append(made("h3", "", title), ...entries.map(row));
        return card;
      }),
    );
    if (!days.length) place.append(empty("Nothing has happened yet", "Schedules say what counts as an event."));
  } catch (error) {
    place.replaceChildren(empty("The list could not be loaded", String(error.message ?? error)));
  }
}

if (globalThis.document) {
  const place = document.getElementById("days");
  document.getElementById("again").addEventListener("click", () => load(place));
  load(place);
}
