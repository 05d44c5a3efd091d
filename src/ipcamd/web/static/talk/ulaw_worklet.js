// Audio worklet: passes the microphone's sound to the page as u-law.

import { Decimator } from "./ulaw.js";

class UlawProcessor extends AudioWorkletProcessor {
  #decimator = new Decimator(sampleRate);

  process([[samples]]) {
    if (samples) this.port.postMessage(this.#decimator.feed(samples));
    return true;
  }
}

registerProcessor("ulaw", UlawProcessor);
