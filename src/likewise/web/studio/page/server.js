// Server: asks, and tells in a sentence why something was refused.

import { plane } from "./planes.js";

/** @typedef {import("./planes.js").Plane} Plane */

const words = new URLSearchParams(location.hash.slice(1));
const TOKEN = words.get("token");

/** What the page was asked to open: the key of a project. */
export function projectAsked() {
  return new URLSearchParams(location.hash.slice(1)).get("project");
}

/** The page's address for a project; the token stays in it. @param {string | null} project */
export function addressOf(project) {
  const parts = new URLSearchParams();
  if (TOKEN) parts.set("token", TOKEN);
  if (project) parts.set("project", project);
  return parts.size ? `#${parts}` : "#";
}

// What the server said no to; `status` is 0 where it could not be reached.
export class Refusal extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path below /api/
 * @param {{ method?: string, json?: unknown, body?: BodyInit, query?: Record<string, string | number>, signal?: AbortSignal }} [wish]
 * @returns {Promise<Response>}
 */
async function ask(path, { method, json, body, query, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (TOKEN) headers.Authorization = `Bearer ${TOKEN}`;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  else if (body !== undefined) headers["Content-Type"] = "application/octet-stream";
  const asked = query ? `?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}` : "";
  let reply;
  try {
    reply = await fetch(`api/${path}${asked}`, {
      method: method ?? (json === undefined && body === undefined ? "GET" : "POST"),
      headers,
      body: json === undefined ? body : JSON.stringify(json),
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal("The studio cannot be reached. Is it still running?", 0);
  }
  if (reply.ok) return reply;
  const said = await reply.json().catch(() => ({}));
  throw new Refusal(said.error ?? "The studio is in trouble.", reply.status);
}

/** @param {string} path @param {Parameters<typeof ask>[1]} [wish] @returns {Promise<any>} */
export async function tell(path, wish) {
  const reply = await ask(path, wish);
  return reply.status === 204 ? null : reply.json();
}

/** @param {string} path @returns {Promise<Plane>} */
export async function fetchPlane(path) {
  return (await fetchPlaneTold(path)).plane;
}

/** A plane, and what there is to say about it. @param {string} path @returns {Promise<{ plane: Plane, notes: string }>} */
export async function fetchPlaneTold(path) {
  const reply = await ask(path);
  const size = ["x-width", "x-height"].map((name) => Number(reply.headers.get(name)));
  const data = new Uint8Array(await reply.arrayBuffer());
  return { plane: plane(size[0], size[1], data), notes: decodeURIComponent(reply.headers.get("x-notes") ?? "") };
}

/** @param {string} path @param {string} method @param {Plane} sent @param {Record<string, number>} [query] @param {AbortSignal} [signal] */
export function sendPlane(path, method, sent, query = {}, signal) {
  const { width, height, data } = sent;
  const body = /** @type {BodyInit} */ (/** @type {unknown} */ (data.slice()));
  return ask(path, { method, body, query: { width, height, ...query }, signal });
}

/** @param {string} path @returns {Promise<Blob>} */
export async function fetchBlob(path) {
  return (await ask(path)).blob();
}

/** @param {string} path @returns {Promise<ImageBitmap>} */
export async function fetchPicture(path) {
  return createImageBitmap(await fetchBlob(path));
}

/** Lets the browser save what is at `path`. @param {string} path */
export async function download(path) {
  const reply = await ask(path);
  const told = /filename="?([^";]+)/.exec(reply.headers.get("content-disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await reply.blob());
  link.download = told ? told[1] : path.slice(path.lastIndexOf("/") + 1);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
