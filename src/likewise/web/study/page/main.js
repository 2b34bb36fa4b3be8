// Main: from consent to thanks. The server knows what was answered; this page only shows it.

import { Board } from "./board.js";
import { Refusal, persistently } from "./server.js";
import { remembered } from "./memory.js";

const $ = (id) => document.getElementById(id);
const SHEETS = ["loading", "welcome", "board", "thanks"];

let memory;
let token = null;
let screens = [];
let progress = { answered: 0, total: 0 };
const board = new Board({ confirmed: send, speak });

start();

async function start() {
  $("agree").addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  $("later").addEventListener("click", leave);
  $("later-copy").addEventListener("click", copyLink);
  try {
    const study = await ask("api/study");
    memory = remembered(study.id);
    document.title = study.title;
    $("name").textContent = study.title;
    $("welcome-title").textContent = study.title;
    $("consent").replaceChildren(...paragraphs(study.consent));
    token = memory.token;
    if (!token || !(await resumed())) view("welcome");
  } catch (refusal) {
    failed(refusal);
  }
}

// Goes on where the holder of the token stopped; false where the server does not know it.
async function resumed() {
  try {
    await load();
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || refusal.status !== 401) throw refusal;
    memory.forget();
    token = null;
    return false;
  }
  next();
  return true;
}

async function begin() {
  const submit = $("agree").querySelector("button");
  submit.disabled = true;
  try {
    const joined = await ask("api/participants", { body: { consent: true } });
    token = joined.token;
    memory.token = token;
    await load();
    next();
  } catch (refusal) {
    failed(refusal);
  } finally {
    submit.disabled = false;
  }
}

async function load() {
  const plan = await ask("api/screens", { token });
  screens = plan.screens;
  progress = { answered: plan.answered, total: plan.total };
  $("later").hidden = false;
}

function next() {
  drawProgress();
  const screen = screens[0];
  if (!screen) {
    memory.draft = null;
    $("later").hidden = true;
    view("thanks");
    $("thanks-title").focus();
    return;
  }
  const draft = memory.draft;
  const kept = draft && draft.trial === screen.trial && draft.question === screen.question.name;
  board.show(screen, kept ? draft.places : null);
  view("board");
  board.focus();
  speak(`${$("count").textContent}. ${$("question").textContent}`);
  preload(screens[1]);
}

async function send(places) {
  const { trial, question: { name: question }, candidates } = screens[0];
  memory.draft = { trial, question, places }; // survives a reload until it has arrived
  board.busy = true;
  try {
    await ask("api/votes", {
      token,
      body: {
        trial,
        question,
        ranking: places.map((place) => candidates[place].key),
        milliseconds: board.milliseconds,
      },
    });
  } catch (refusal) {
    board.busy = false;
    // 409: it was answered before, in another window perhaps, and the study simply goes on.
    if (refusal.status !== 409) return failed(refusal);
  }
  memory.draft = null;
  screens.shift();
  progress.answered += 1;
  next();
}

function ask(path, options) {
  return persistently(path, options, {
    waiting: (refusal, now) => {
      const kept = board.waits ? " Your answer is kept and will be sent again." : "";
      const calm = refusal.status === 429 ? "That was quick: one moment, please." : refusal.message;
      notice(`${calm}${kept}`, now);
    },
    arrived: () => notice(null),
  });
}

function failed(refusal) {
  console.error(refusal);
  const text = refusal instanceof Refusal ? refusal.message : "Something went wrong on this page.";
  notice(`${text} Reloading the page may help; your answers are kept.`, () => location.reload());
}

function notice(text, again) {
  $("notice").hidden = text === null;
  $("notice-text").textContent = text ?? "";
  $("retry").onclick = again ?? null;
}

function view(name) {
  document.body.dataset.view = name;
  for (const sheet of SHEETS) $(sheet).hidden = sheet !== name;
  $("progress").hidden = name === "loading" || name === "welcome";
}

function drawProgress() {
  const { answered, total } = progress;
  const at = Math.min(answered + 1, total);
  $("count").textContent = answered < total ? `${at} of ${total}` : `${total} of ${total}, done`;
  $("bar").setAttribute("aria-valuemax", total);
  $("bar").setAttribute("aria-valuenow", answered);
  $("bar").setAttribute("aria-valuetext", `${answered} of ${total} answered`);
  $("fill").style.transform = `scaleX(${total ? answered / total : 0})`;
}

function preload(screen) {
  if (!screen) return;
  for (const { image } of [screen.reference, ...screen.candidates]) new Image().src = image;
}

function leave() {
  $("later-link").value = memory.link(token);
  $("later-dialog").showModal();
  $("later-link").select();
}

async function copyLink() {
  $("later-link").select();
  try {
    await navigator.clipboard.writeText($("later-link").value);
    $("later-copy").textContent = "Copied";
    speak("The link is copied.");
  } catch {
    speak("Copy the selected link with your keyboard.");
  }
}

function paragraphs(text) {
  return text.split(/\n\s*\n/).map((words) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    return paragraph;
  });
}

function speak(words) {
  // The same words twice would not be spoken; an emptied region makes them new.
  $("spoken").textContent = "";
  setTimeout(() => { $("spoken").textContent = words; }, 30);
}
