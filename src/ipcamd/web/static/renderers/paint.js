// Painting of decoded pictures, independent of the decoder.

/** Draw `image` on the whole canvas, which gets its size. */
export function paint(canvas, pen, image, width, height) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  pen.drawImage(image, 0, 0);
}
