// Painting of decoded pictures, whatever has decoded them.

/** Draw `image` on the whole canvas, which takes its size. */
export function paint(canvas, pen, image, width, height) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  pen.drawImage(image, 0, 0);
}
