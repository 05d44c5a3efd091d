// Insecure page: why a page over plain HTTP cannot use the microphone, and a link to the same page over HTTPS.

const INSECURE = "Browsers let pages use the microphone over HTTPS only.";

/** @param {string} port of HTTPS; "" without HTTPS. @returns {{text: string, link: HTMLAnchorElement | null}} */
export function explainInsecure(port) {
  if (!port) return { text: `${INSECURE} An administrator enables it in Settings, Network.`, link: null };
  const address = Object.assign(new URL(location.href), { protocol: "https:", port });
  address.username = address.password = "";
  const link = Object.assign(document.createElement("a"), { href: address.href, textContent: address.host });
  return { text: `${INSECURE} Talk at `, link };
}
