// Painting of decoded pictures, independent of the decoder.

/** Function that draws a picture on the whole canvas, which gets its size. */
export function painterOn(canvas) {
  const pen = canvas.getContext("2d", { alpha: false });
  return (image, width, height) => {
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    pen.drawImage(image, 0, 0);
  };
}
