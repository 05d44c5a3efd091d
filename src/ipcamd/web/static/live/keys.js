// Keys of the live page.

const KEYS = {
  " ": "pause", k: "pause", f: "fullScreen", m: "sound", s: "snapshot", r: "record", t: "talk", w: "motion", p: "ptz",
  "+": "zoomIn", "-": "zoomOut", 0: "zoomReset",
};

/** Call the action of each pressed key, unless the user types. @param {Record<string, () => void>} actions by name */
export function bindKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const writing = event.target.matches("input[type=text], input[type=number]");
    const typing = event.target.closest("input, button, a") && [" ", "Enter"].includes(event.key);
    if (writing || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const action = actions[KEYS[event.key.toLowerCase()]];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
