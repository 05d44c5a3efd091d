// Recording of the live page: the button Record saves the stream in a file.

import { showToast } from "../shared/toast.js";
import { sizeWords } from "../size/size_words.js";

/** The recording of this page; one at a time. */
export class StreamRecording {
  #view;
  #recorder = null;

  /** @param {import("./view.js").View} view shows its progress and its end */
  constructor(view) {
    this.#view = view;
  }

  get isRunning() {
    return this.#recorder !== null;
  }

  /** Start a recording, or end the present one. */
  async toggle() {
    if (this.#recorder) return this.#recorder.stop();
    const [{ fileName }, { Recorder }] = await Promise.all([import("./file_download.js"), import("./video_recorder.js")]);
    const name = fileName(document.title, "mp4");
    if (this.#recorder) return undefined; // pressed twice
    const view = this.#view;
    this.#recorder = new Recorder({ progress: (seconds, bytes) => view.recording({ seconds, bytes }) });
    try {
      const why = await this.#recorder.record(name, (most) => {
        view.recording({ seconds: 0, bytes: 0 });
        showToast(`Recording; it ends at ${sizeWords(most)} at the latest`);
      });
      if (why !== null) showToast(why ? `Saved ${name}: ${why}` : `Saved ${name}`);
    } catch (error) {
      showToast(`Not recorded: ${error.message}`);
    }
    this.#recorder = null;
    return view.recording(null);
  }
}
