/* A photo made small and clean: drawn anew, so that nothing the camera wrote beside the picture stays. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  const LONGEST = 1600;
  const QUALITY = 0.82;

  function base64Of(bytes) {
    let binary = "";
    for (let i = 0; i < bytes.length; i += 32_768) binary += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(binary);
  }

  async function sha256(bytes) {
    // Without a secure context there is no digest; the hash is then made when the file is read in.
    if (!globalThis.crypto?.subtle) return null;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const jpeg = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

  /** {base64, sha256, width, height, bytes} of a picture file. */
  async function shrink(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await jpeg(canvas, QUALITY);
    if (!blob) throw new Error("the picture cannot be encoded");
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return { base64: base64Of(bytes), sha256: await sha256(bytes), width: canvas.width, height: canvas.height, bytes: bytes.length };
  }

  /** Latitude and longitude that the camera wrote into a JPEG (EXIF 2.32, 4.6.6); null where it wrote none. */
  function positionOf(buffer) {
    try {
      return positionIn(new DataView(buffer));
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  function positionIn(view) {
    const exif = exifStart(view);
    if (exif < 0) return null;
    const little = view.getUint16(exif) === 0x4949;
    const u16 = (at) => view.getUint16(exif + at, little);
    const u32 = (at) => view.getUint32(exif + at, little);
    const entries = (at) => {
      const found = new Map();
      for (let i = 0; i < u16(at); i++) found.set(u16(at + 2 + 12 * i), at + 2 + 12 * i);
      return found;
    };
    const pointer = entries(u32(4)).get(0x8825);
    if (pointer === undefined) return null;
    const gps = entries(u32(pointer + 8));
    const degrees = (reference, value) => {
      if (!gps.has(reference) || !gps.has(value)) return NaN;
      const at = u32(gps.get(value) + 8);
      const parts = [0, 8, 16].map((step) => u32(at + step) / u32(at + step + 4));
      const sign = "SW".includes(String.fromCharCode(view.getUint8(exif + gps.get(reference) + 8))) ? -1 : 1;
      return sign * (parts[0] + parts[1] / 60 + parts[2] / 3600);
    };
    const latitude = degrees(1, 2);
    const longitude = degrees(3, 4);
    return Number.isFinite(latitude + longitude) ? { latitude, longitude } : null;
  }

  function exifStart(view) {
    if (view.getUint16(0) !== 0xffd8) return -1;
    for (let at = 2; at + 10 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
      const marker = view.getUint16(at);
      if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
      if (marker >> 8 !== 0xff || marker === 0xffda) return -1;
    }
    return -1;
  }

  kanpo.photo = { shrink, positionOf, base64Of };
})(globalThis);
