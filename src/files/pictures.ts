/**
 * Pictures: turned upright, without what a camera wrote into them (place, device, time), and smaller copies for the page.
 * Bun decodes and encodes them on another thread, and refuses a picture of too many pixels before it takes memory for it.
 */

/** The most pixels of a picture that is decoded; a file with more is kept as it is, and downloaded. */
const PIXELS_MAX = 40_000_000;
/** The most bytes of a picture that is decoded. */
const PICTURE_BYTES_MAX = 50 * 1024 * 1024;
/** The longest side of the smaller copies. */
const SMALL = 480;
const LARGE = 1_280;
const QUALITY = 80;

/** A picture as it is kept. */
export interface Picture {
  /** The picture itself, without metadata. */
  readonly whole: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** WebP; null if the picture is no larger than that. */
  readonly small: Uint8Array | null;
  readonly large: Uint8Array | null;
}

/** Pictures are decoded one after another: one of 40 megapixels takes 160 MB of memory. */
let busy: Promise<unknown> = Promise.resolve();

/** Null if the bytes are no picture that can be decoded, or too large a one. */
export async function readPicture(content: Blob, type: string): Promise<Picture | null> {
  if (content.size > PICTURE_BYTES_MAX) return null;
  const read = busy.then(() => decode(content, type));
  busy = read.catch(() => undefined);
  return await read.catch(() => null);
}

async function decode(content: Blob, type: string): Promise<Picture> {
  const bytes = await content.bytes();
  const open = (): Bun.Image => new Bun.Image(bytes, { maxPixels: PIXELS_MAX, autoOrient: true });
  // One after another, because each holds all pixels. A GIF may move, and has no place for what cameras write.
  const whole = type === "image/gif" ? bytes : await encode(open(), type);
  const large = await scaled(open(), LARGE);
  const small = await scaled(new Bun.Image(large), SMALL);
  const upright = await new Bun.Image(whole, { maxPixels: PIXELS_MAX }).metadata();
  return {
    whole,
    width: upright.width,
    height: upright.height,
    small: longest(upright) > SMALL ? small : null,
    large: longest(upright) > LARGE ? large : null,
  };
}

function longest({ width, height }: { readonly width: number; readonly height: number }): number {
  return Math.max(width, height);
}

function encode(image: Bun.Image, type: string): Promise<Uint8Array> {
  if (type === "image/png") return image.png().bytes();
  return type === "image/webp" ? image.webp({ quality: 90 }).bytes() : image.jpeg({ quality: 90 }).bytes();
}

function scaled(image: Bun.Image, side: number): Promise<Uint8Array> {
  return image.resize(side, side, { fit: "inside", withoutEnlargement: true }).webp({ quality: QUALITY }).bytes();
}
