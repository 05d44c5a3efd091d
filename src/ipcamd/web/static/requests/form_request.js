// Form request: sends a form to an endpoint that answers with JSON.

import { sendRequest } from "../shared/camera_request.js";

/** Send a form; return the answer. A failure is the error of no field. @returns {Promise<{errors?: Record<string, string>}>} */
export const sendForm = (path, values) => sendRequest(path, values).then(JSON.parse).catch((error) => ({ errors: { "": error.message } }));
