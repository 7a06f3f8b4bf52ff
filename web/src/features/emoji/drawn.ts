// Whether this device has a picture for an emoji: its browser may know newer ones than its font.

/** Every device has this one. */
const KNOWN = "😀";

const SIZE = 20;

let pen: CanvasRenderingContext2D | null | undefined;

/** True where it is not known. */
export function isDrawn(emoji: string): boolean {
  try {
    pen ??= begin();
    if (!pen || !isColoured(pen, KNOWN)) return true;
    // A sequence that the font does not have is shown as its parts, one beside the other.
    return pen.measureText(emoji).width < 1.5 * pen.measureText(KNOWN).width && isColoured(pen, emoji);
  } catch {
    return true;
  }
}

function begin(): CanvasRenderingContext2D | null {
  if (typeof document === "undefined") return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.font = `${SIZE * 0.7}px sans-serif`;
  context.textBaseline = "top";
  return context;
}

/** Pictures have colours; the box that stands for what is missing has none. */
function isColoured(pen: CanvasRenderingContext2D, emoji: string): boolean {
  pen.clearRect(0, 0, SIZE, SIZE);
  pen.fillText(emoji, 0, 2);
  const { data } = pen.getImageData(0, 0, SIZE, SIZE);
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
    if (alpha > 0 && Math.max(red, green, blue) - Math.min(red, green, blue) > 32) return true;
  }
  return false;
}
