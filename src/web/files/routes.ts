/** The routes of files: uploads in parts, a form that brings whole files, and the files of messages. */
import { Hono, type Context } from "hono";
import { UPLOAD_PART_BYTES } from "../../chat/bounds.ts";
import { failed, type Answer } from "../../chat/errors.ts";
import type { FileCopy } from "../../chat/file-service.ts";
import { answerError, setCursor, setWritten } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { needsLogin, read, readFields, sessionOf } from "../http/request.ts";
import { answerContent } from "./content.ts";

/** /uploads/<id>, /files/<message>/<place>/<name>, /c/<id>/files. */
export function fileRoutes(deps: WebDeps): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { chat } = deps;
  const login = needsLogin();
  app.get("/uploads/:id", login, async (c) =>
    answerJson(c, await chat.uploadSize(sessionOf(c), { uploadId: c.req.param("id") })),
  );
  app.post("/uploads/:id", login, async (c) => {
    const data = new Uint8Array(await c.req.arrayBuffer());
    const offset = Number(c.req.query("offset") ?? "0");
    return answerJson(c, await chat.putPart(sessionOf(c), { uploadId: c.req.param("id"), offset, data }));
  });
  app.post("/uploads/:id/done", login, async (c) => {
    const fields = await readFields(c);
    const size = Number(fields.text("size"));
    const input = { uploadId: c.req.param("id"), size, name: fields.text("name"), asIs: fields.has("asIs") };
    return answerJson(c, await chat.finishUpload(sessionOf(c), input));
  });
  app.post("/uploads/:id/drop", login, async (c) =>
    answerJson(c, await chat.dropUpload(sessionOf(c), { uploadId: c.req.param("id") })),
  );
  app.get("/files/:message/:index/:name", login, async (c) => {
    const index = /^\d$/.test(c.req.param("index")) ? Number(c.req.param("index")) : -1;
    const input = { messageId: c.req.param("message"), index, copy: copyOf(c.req.query("copy")) };
    const answer = await read(c, (at) => chat.fileOf(sessionOf(c), { ...input, ...at }));
    return answer.ok ? answerContent(c, answer.value) : await answerError(c, answer.error);
  });
  app.post("/c/:id/files", login, (c) => sendForm(c, deps, c.req.param("id")));
  app.get("/c/:id/files", login, (c) => c.redirect(`/c/${c.req.param("id")}`, 303));
  return app;
}

function copyOf(text: string | undefined): FileCopy {
  return text === "small" || text === "large" ? text : "whole";
}

async function answerJson(c: Context<WebEnv>, answer: Answer<object | null>): Promise<Response> {
  if (!answer.ok) return await answerError(c, answer.error);
  setCursor(c, answer.cursor);
  return c.json(answer.value ?? {});
}

/** The form of a browser without scripts: its files come whole, at most 8 MiB together. */
async function sendForm(c: Context<WebEnv>, deps: WebDeps, conversationId: string): Promise<Response> {
  const session = sessionOf(c);
  const form = await c.req.formData().catch(() => null);
  const files = (form?.getAll("file") ?? []).filter((one) => one instanceof File && one.size > 0) as File[];
  const text = form?.get("body");
  const body = typeof text === "string" ? text.replaceAll(/\r\n?/g, "\n") : "";
  if (files.length === 0) {
    return await answerError(c, failed("invalid", "Choose a file first.").error, { kept: body });
  }
  const tickets: string[] = [];
  for (const file of files) {
    const uploaded = await upload(deps, c, file);
    if (!uploaded.ok) return await answerError(c, uploaded.error, { kept: body });
    tickets.push(uploaded.value.ticket);
  }
  const id = form?.get("id");
  const clientId = typeof id === "string" && id !== "" ? id : Bun.randomUUIDv7();
  const sent = await deps.chat.send(session, { conversationId, body, clientId, files: tickets });
  if (!sent.ok) return await answerError(c, sent.error, { kept: body });
  setWritten(c, sent.cursor, deps.secureCookies);
  return c.redirect(`/c/${conversationId}`, 303);
}

async function upload(deps: WebDeps, c: Context<WebEnv>, file: File): Promise<Answer<{ readonly ticket: string }>> {
  const session = sessionOf(c);
  const uploadId = crypto.randomUUID();
  for (let offset = 0; offset < file.size; offset += UPLOAD_PART_BYTES) {
    const data = await file.slice(offset, offset + UPLOAD_PART_BYTES).bytes();
    const put = await deps.chat.putPart(session, { uploadId, offset, data });
    if (!put.ok) return put;
  }
  return await deps.chat.finishUpload(session, { uploadId, size: file.size, name: file.name, asIs: false });
}
