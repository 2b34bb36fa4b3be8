// Admin: the live results, asked for with the token that was printed at the start. It comes behind
// "#" or from the form, stays in this tab, and never stands in an address that is sent.

const $ = (id) => document.getElementById(id);
const EVERY = 10_000; // milliseconds
const KEY = "likewise-admin";
const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];
let token = new URLSearchParams(location.hash.slice(1)).get("token");
let timer;

if (token) {
  history.replaceState(null, "", location.pathname);
  sessionStorage.setItem(KEY, token);
} else token = sessionStorage.getItem(KEY);

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  sessionStorage.setItem(KEY, token);
  refresh();
});
for (const button of document.querySelectorAll("[data-file]")) {
  button.addEventListener("click", () => save(button.dataset.file));
}
document.addEventListener("visibilitychange", () => document.hidden || !token || refresh());
if (token) refresh();
else $("enter").hidden = false;

async function ask(path) {
  let reply;
  try {
    reply = await fetch(`api/admin/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  } catch {
    throw new Error("The study cannot be reached. It may have been closed.");
  }
  if (reply.ok) return reply;
  const said = await reply.json().catch(() => ({}));
  const error = new Error(said.error ?? "The server is in trouble.");
  error.refused = reply.status === 401;
  throw error;
}

async function refresh() {
  clearTimeout(timer);
  try {
    show(await (await ask("results")).json());
    trouble(null);
    $("enter").hidden = true;
    $("results").hidden = false;
  } catch (error) {
    trouble(error.message);
    if (error.refused) {
      token = null;
      sessionStorage.removeItem(KEY);
      $("results").hidden = true;
      $("enter").hidden = false;
      $("token").focus();
      return;
    }
  }
  if (!document.hidden) timer = setTimeout(refresh, EVERY);
}

async function save(name) {
  try {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await (await ask(name)).blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    trouble(error.message);
  }
}

function trouble(text) {
  $("trouble").hidden = text === null;
  $("trouble").textContent = text ?? "";
}

function show(found) {
  document.title = `${found.title}: results`;
  $("title").textContent = found.title;
  $("at").textContent = found.at;
  const figures = {
    joined: found.joined,
    finished: found.finished,
    votes: found.votes.toLocaleString("en"),
    "of those planned": found.planned ? `${Math.round(100 * found.votes / found.planned)} %` : "–",
    "median answer": found.seconds === null ? "–" : `${found.seconds.toFixed(1)} s`,
  };
  $("figures").replaceChildren(...Object.entries(figures).map(([name, value]) => {
    const pair = element("div");
    pair.append(element("dt", "", name), element("dd", "", value));
    return pair;
  }));
  $("questions").replaceChildren(...found.counted.map((c) => question(c, found.contestants)));
  const failed = found.left_out.length;
  $("notes").textContent = (failed
    ? `${failed} who failed the attention checks ${failed === 1 ? "is" : "are"} not counted. `
    : "") + "Parentheses hold 95 % intervals over people, from few resamples here; " +
    "likewise study results draws more.";
}

function question(counted, contestants) {
  const section = element("section");
  const told = `${counted.rankings} rankings by ${counted.people} people.`;
  section.append(element("h2", "", counted.text), element("p", "soft", told + agreed(counted)));
  const table = element("table");
  const head = element("tr");
  for (const name of ["Method", "Places", "Mean rank", "Strength"]) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  table.append(element("thead"), element("tbody"));
  table.tHead.append(head);
  const order = contestants.map((_, index) => index)
    .sort((a, b) => (counted.mean_rank[a]?.value ?? 99) - (counted.mean_rank[b]?.value ?? 99));
  for (const index of order) table.tBodies[0].append(row(counted, index, contestants[index]));
  const scroll = element("div", "scroll");
  scroll.append(table);
  const key = element("p", "key");
  ORDINALS.slice(0, counted.rank_counts[0]?.length ?? 0).forEach((name, place) => {
    const entry = element("span", "", name);
    entry.prepend(element("i", `p${place + 1}`));
    key.append(entry);
  });
  section.append(scroll, key);
  return section;
}

function row(counted, index, name) {
  const made = element("tr");
  const title = element("th", "", name);
  title.scope = "row";
  const counts = counted.rank_counts[index];
  const said = counts.map((count, place) => `${ORDINALS[place]} ${count} times`).join(", ");
  const bar = element("div", "bar");
  bar.role = "img";
  bar.ariaLabel = said;
  bar.title = said;
  counts.forEach((count, place) => {
    const part = element("i", `p${place + 1}`);
    part.style.flexGrow = count;
    bar.append(part);
  });
  const cell = element("td");
  cell.append(bar);
  made.append(title, cell, interval(counted.mean_rank[index]), interval(counted.strength[index]));
  return made;
}

function interval(said) {
  const cell = element("td", "", said ? said.value.toFixed(2) : "–");
  if (said && said.low !== null) {
    const range = `  (${said.low.toFixed(2)}–${said.high.toFixed(2)})`;
    cell.append(element("span", "soft-cell", range));
  }
  return cell;
}

function agreed({ agreement }) {
  const w = agreement?.kendall_w;
  return w === null || w === undefined ? "" : ` Agreement between people: W = ${w.toFixed(2)}.`;
}

function element(name, classes = "", text = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.textContent = text;
  return made;
}
