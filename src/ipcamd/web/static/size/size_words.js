// Sizes of files, transfers and cards in words, the same on all pages.

/** Readable size in decimal units (SI): "1.4 MB". */
export function sizeWords(bytes) {
  const units = ["kB", "MB", "GB", "TB"];
  let number = bytes / 1000;
  let unit = 0;
  while (number >= 999.5 && unit < units.length - 1) {
    number /= 1000;
    unit += 1;
  }
  return `${0 < number && number < 9.95 ? number.toFixed(1) : Math.round(number)} ${units[unit]}`;
}
