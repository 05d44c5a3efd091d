// Answer: the camera's answer to a sent request: shown as text or picture, or offered as a file.

const LONGEST = 65_536; // displayed characters

/** @param {(name: string) => HTMLElement} part @param {() => Promise<Response>} ask */
export async function showAnswer(part, ask) {
  part("answer").hidden = false;
  part("status").textContent = "Waiting …";
  for (const name of ["body", "picture", "save"]) part(name).hidden = true;
  try {
    await show(part, await ask());
  } catch (error) {
    part("status").textContent = `The camera does not answer: ${error.message}`;
  }
}

async function show(part, answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  const content = await answer.blob();
  part("status").textContent = `${answer.status} ${answer.statusText} · ${type || "no content"} · ${content.size} bytes`;
  if (!content.size) return;
  if (/^text\/|json/.test(type)) {
    const text = await content.text();
    part("body").textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
    part("body").hidden = false;
  } else if (type.startsWith("image/")) {
    part("picture").src = await dataUrl(content);
    part("picture").hidden = false;
  }
  URL.revokeObjectURL(part("save").href);
  Object.assign(part("save"), { href: URL.createObjectURL(content), download: fileName(answer), hidden: false });
}

function fileName(answer) {
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
  return named ?? new URL(answer.url).pathname.split("/").pop();
}

function dataUrl(content) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.readAsDataURL(content);
  });
}
