// Small picture: the live picture on other pages, while they are visible.

import { JpegRenderer } from "../renderers/jpeg_renderer.js";
import { readParts } from "../stream/multipart_parser.js";
import { HttpStream } from "../stream/http_stream.js";

const PATH = "cgi/mjpg/mjpeg.cgi";
const quiet = () => {};

/** Draws the stream on the canvas in it. */
class SmallPicture extends HTMLElement {
  #renderer = new JpegRenderer(this.querySelector("canvas"), () => (this.dataset.state = "live"));
  #stream = new HttpStream(
    PATH,
    {
      connecting: quiet,
      connected: quiet,
      frame: (frame) => frame.kind !== "audio" && this.#renderer.show(frame),
      waiting: () => (this.dataset.state = "waiting"),
      refused: () => (this.dataset.state = "refused"),
    },
    readParts,
  );

  #isSeen = false;

  connectedCallback() {
    document.addEventListener("visibilitychange", () => this.#follow());
    new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1).isIntersecting; // only the last of several calls counts
      this.#follow();
    }).observe(this);
  }

  #follow() {
    if (document.hidden || !this.#isSeen) this.#stream.stop();
    else this.#stream.start();
  }
}

customElements.define("small-picture", SmallPicture);
