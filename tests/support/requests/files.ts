/** Uploads, and the files of messages. A message of the room has none; tests of their own have files in it. */
import { own, route, type Requests } from "./request.ts";

const UPLOAD = "5f0c1f6e-0000-4000-8000-000000000001";

/** See the top of this file. */
export const FILES: Requests = {
  calls: {
    PutFile: [{ kind: "stream" }],
    GetFile: [{ kind: "stream" }],
    GetUpload: [
      own(
        () => ({ uploadId: UPLOAD }),
        () => ({ uploadSize: { uploadId: UPLOAD } }),
      ),
    ],
  },
  routes: {
    "GET /uploads/:id": [route("own", `/uploads/${UPLOAD}`)],
    "POST /uploads/:id": [route("own", `/uploads/${UPLOAD}`, { part: "of a file" })],
    "POST /uploads/:id/done": [route("own", `/uploads/${UPLOAD}/done`, { size: "9", name: "loom.txt" })],
    "POST /uploads/:id/drop": [route("own", `/uploads/${UPLOAD}/drop`, {})],
    "GET /files/:message/:index/:name": [route("same", "/files/MESSAGE/0/loom.txt")],
    "GET /c/:id/files": [route("same", "/c/ROOM/files")],
    "POST /c/:id/files": [route("same", "/c/ROOM/files", { body: "let me in" })],
  },
};
