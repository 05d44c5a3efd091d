// File downloads: names of the files, and their saving by the browser.

/** Download this as a file. @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The camera's name and the time: Camera-20260131-235959.jpg. @param {string} camera @param {string} ending @param {Date} date */
export function fileName(camera, ending, date = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("");
  return `${camera.replace(/[^\p{L}\p{N}._-]+/gu, "_") || "camera"}-${day}-${time}.${ending}`;
}
