// Addresses of the camera, below the page's own folder: a reverse proxy may add a path prefix.

/** URL of `path` with these parameters. It never contains a login, which fetch() would refuse. */
export function cameraUrl(path, parameters = {}) {
  const url = new URL(path, location.href);
  url.username = url.password = "";
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** Response to a request that changes something. The field proves that it comes from a page of the camera. */
export const postToCamera = (url, body) => fetch(url, { method: "POST", body, headers: { "X-Camera-Page": "1" } });

/** Name of this page for the camera, which lists it among its clients. */
export const pageName = Math.random().toString(36).slice(2);
