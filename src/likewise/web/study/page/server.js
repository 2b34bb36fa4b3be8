// Server: asks and answers, and keeps an answer until it has arrived.

const WAITS = [1, 2, 4, 8, 15, 30]; // seconds between attempts

// What the server said no to; `status` is 0 where it could not be reached.
export class Refusal extends Error {
  constructor(message, status, wait = 0) {
    super(message);
    this.status = status;
    this.wait = wait;
  }

  // Whether the same request may do better later.
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

async function once(path, { token, body } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  let reply;
  try {
    reply = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    throw new Refusal("The connection is lost.", 0);
  }
  const said = await reply.json().catch(() => ({}));
  if (reply.ok) return said;
  const wait = Number(reply.headers.get("Retry-After")) || 0;
  throw new Refusal(said.error ?? "The server is in trouble.", reply.status, wait);
}

// Asks until an answer comes. `waiting(refusal, now)` is told of each failed attempt, and may call
// `now` to end the wait; `arrived` is called when one succeeded after such.
export async function persistently(path, options, { waiting, arrived }) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const said = await once(path, options);
      if (attempt) arrived();
      return said;
    } catch (refusal) {
      if (!refusal.passing) {
        if (attempt) arrived();
        throw refusal;
      }
      const seconds = Math.max(refusal.wait, WAITS[Math.min(attempt, WAITS.length - 1)]);
      await new Promise((resolve) => {
        const timer = setTimeout(done, seconds * 1000);
        function done() {
          clearTimeout(timer);
          removeEventListener("online", done);
          resolve();
        }
        addEventListener("online", done, { once: true });
        waiting(refusal, done);
      });
    }
  }
}
