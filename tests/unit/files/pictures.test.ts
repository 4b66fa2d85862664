/** Pictures: upright, without what a camera wrote into them, with smaller copies; and those that are not decoded. */
import { expect, test } from "bun:test";
import { readPicture } from "../../../src/files/pictures.ts";

const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function picture(width: number, height: number, as: "jpeg" | "png"): Promise<Uint8Array> {
  return await new Bun.Image(DOT).resize(width, height, { fit: "fill" })[as]().bytes();
}

/** The JPEG with an EXIF block that says so: turned by 90 degrees, made with a "SecretCam". */
function withExif(jpeg: Uint8Array, orientation: number): Uint8Array {
  const maker = Buffer.from("SecretCam\0");
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4 + maker.length);
  tiff.write("MM\0*", 0, "latin1");
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(2, 8);
  tiff.writeUInt16BE(0x010f, 10);
  tiff.writeUInt16BE(2, 12);
  tiff.writeUInt32BE(maker.length, 14);
  tiff.writeUInt32BE(38, 18);
  tiff.writeUInt16BE(0x0112, 22);
  tiff.writeUInt16BE(3, 24);
  tiff.writeUInt32BE(1, 26);
  tiff.writeUInt16BE(orientation, 30);
  maker.copy(tiff, 38);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(2 + 6 + tiff.length, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from("Exif\0\0"), tiff, jpeg.subarray(2)]);
}

test("a photo is turned upright, loses its EXIF, and gets two smaller copies", async () => {
  const photo = withExif(await picture(3_000, 2_000, "jpeg"), 6);
  expect(Buffer.from(photo).includes("SecretCam")).toBeTrue();
  const read = (await readPicture(new Blob([photo]), "image/jpeg"))!;
  expect([read.width, read.height]).toEqual([2_000, 3_000]);
  for (const bytes of [read.whole, read.small!, read.large!]) {
    expect(Buffer.from(bytes).includes("SecretCam")).toBeFalse();
    expect(Buffer.from(bytes).includes("Exif")).toBeFalse();
  }
  expect(await new Bun.Image(read.small!).metadata()).toMatchObject({ width: 320, height: 480, format: "webp" });
  expect(await new Bun.Image(read.large!).metadata()).toMatchObject({ width: 853, height: 1_280, format: "webp" });
});

test("a small picture has no smaller copies", async () => {
  const read = await readPicture(new Blob([await picture(200, 100, "png")]), "image/png");
  expect(read).toMatchObject({ width: 200, height: 100, small: null, large: null });
});

test("what is no picture, is cut, or has too many pixels, is not decoded", async () => {
  expect(await readPicture(new Blob(["<svg/>"]), "image/png")).toBe(null);
  expect(await readPicture(new Blob([(await picture(500, 500, "jpeg")).subarray(0, 100)]), "image/jpeg")).toBe(null);
  // A header that promises 60,000 x 60,000 pixels.
  const bomb = Buffer.from(await picture(10, 10, "png"));
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  const before = process.memoryUsage.rss();
  expect(await readPicture(new Blob([bomb]), "image/png")).toBe(null);
  expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
});
