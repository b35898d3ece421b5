// Files go out by themselves, one after the other and in parts, as soon as they are chosen or dropped. A dropped
// line is waited for; then the site says how far the file has come and it goes on there. Every part and the whole
// carry a SHA-256. Without this file they go with the form (views/attaching.py).
import { offline } from "./connection.js";

const SMALLEST = 32 * 1024;
const FIRST = 128 * 1024;
const LARGEST = 1024 * 1024;
const QUICK = 1500; // ms a part may take before the next one is no longer twice as large
const SLOW = 8000;
const GIVEN_UP = 120000;
const WAITS = [1000, 2000, 4000, 8000, 15000, 30000];
const ENDED = [401, 403, 404];
let queue = Promise.resolve();
const pending = new Map(); // form → how many files are on their way

const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = (buffer) => crypto.subtle.digest("SHA-256", buffer);
const stem = (name) => name.replace(/(.)\.[^.]*$/, "$1").replaceAll("_", " ").slice(0, 200);

function inWords(bytes, words) {
  const [unit, by, digits] = bytes < 1e3 ? ["B", 1, 0] : bytes < 999500 ? ["kB", 1e3, 0] : ["MB", 1e6, 1];
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return words[unit].replace("%(number)s", number.format(bytes / by));
}

// One file with its row in the list.
class Sending {
  constructor(file, root) {
    this.file = file;
    this.root = root;
    this.form = root.closest("form");
    this.words = JSON.parse(root.dataset.words);
    this.row = root.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
    this.part = (name) => this.row.querySelector(`[data-${name}]`);
    this.box = this.row.querySelector("[type=checkbox]");
    this.box.disabled = false; // taking the tick away takes the file away
    this.box.addEventListener("change", () => this.takeBack());
    this.part("name").textContent = file.name;
    if (this.part("title")) this.part("title").value = stem(file.name);
    this.say(this.words.waiting);
    root.querySelector("[data-list]").append(this.row);
  }

  say(text) {
    this.part("state").textContent = text;
  }

  problem(text) {
    this.part("problem").textContent = text;
    this.part("problem").hidden = !text;
  }

  progress(offset) {
    this.at = offset;
    this.row.querySelector("progress").value = offset / this.file.size;
    const values = { done: inWords(offset, this.words), whole: inWords(this.file.size, this.words) };
    this.say(this.words.of.replace(/%\((\w+)\)s/g, (_, name) => values[name]));
  }

  async send() {
    if (this.gone) return;
    try {
      let told = await this.begin();
      let size = FIRST;
      while (told.state === "arriving" && !this.gone) {
        this.url = told.url;
        this.progress(told.offset);
        const started = performance.now();
        told = await this.sendPart(told, size);
        const took = performance.now() - started;
        if (took < QUICK) size = Math.min(size * 2, LARGEST);
        else if (took > SLOW) size = Math.max(size / 2, SMALLEST);
      }
      if (!this.gone) this.settle(told);
    } catch {
      this.refuse(this.words.unread); // the browser cannot read the file any more
    }
  }

  async begin() {
    const body = new FormData();
    body.append("name", this.file.name);
    body.append("size", this.file.size);
    body.append("sha256", hex(await sha256(await this.file.arrayBuffer())));
    return this.ask(this.root.dataset.uploads, { method: "POST", body });
  }

  async sendPart(told, size) {
    const body = await this.file.slice(told.offset, told.offset + size).arrayBuffer();
    if (told.offset + body.byteLength === this.file.size) this.say(this.words.looking);
    const headers = {
      "Content-Type": "application/octet-stream",
      "Content-Digest": `sha-256=:${base64(await sha256(body))}:`,
      "Upload-Offset": told.offset,
    };
    return this.ask(told.url, { method: "POST", body, headers });
  }

  // Until there is an answer: a line that is down, or a site that is, is waited for.
  async ask(url, options) {
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    for (let tries = 0; !this.gone; tries++) {
      try {
        const headers = { ...options.headers, "X-CSRFToken": token, Accept: "application/json" };
        const answer = await fetch(url, { ...options, headers, signal: AbortSignal.timeout(GIVEN_UP) });
        if (ENDED.includes(answer.status) || answer.redirected) return { state: "refused", problem: this.words.ended };
        if (answer.status < 500) {
          this.problem("");
          const told = await answer.json();
          return answer.ok || answer.status === 409 ? told : { state: "refused", problem: told.problem };
        }
      } catch {
        offline();
      }
      if (this.url) this.progress(this.at);
      this.problem(this.words.lost);
      await this.wait(WAITS[Math.min(tries, WAITS.length - 1)]);
    }
    return { state: "gone" };
  }

  wait(time) {
    const again = this.part("again");
    again.hidden = false;
    return new Promise((resolve) => {
      const timer = setTimeout(done, time);
      function done() {
        clearTimeout(timer);
        removeEventListener("online", done);
        again.removeEventListener("click", done);
        again.hidden = true;
        resolve();
      }
      addEventListener("online", done);
      again.addEventListener("click", done);
    });
  }

  settle(told) {
    if (told.state !== "arrived") return this.refuse(told.problem || this.words.ended);
    this.url = told.url;
    this.box.value = told.id;
    if (this.part("title")) this.part("title").name = `title-${told.id}`;
    this.row.querySelector("progress").hidden = true;
    this.row.dataset.arrived = "";
    this.say(`${inWords(this.file.size, this.words)}, ${told.kind}`);
  }

  refuse(problem) {
    this.row.querySelector("progress").hidden = true;
    this.box.disabled = this.box.checked = false; // nothing of it goes with the form
    this.box.hidden = true;
    this.row.dataset.refused = "";
    this.say(inWords(this.file.size, this.words));
    this.problem(problem);
  }

  takeBack() {
    this.gone = true;
    this.row.remove();
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    if (this.url) fetch(this.url, { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(offline);
  }
}

function count(form, more) {
  const left = (pending.get(form) || 0) + more;
  pending.set(form, left);
  if (left || !("held" in form.dataset)) return;
  delete form.dataset.held;
  const note = form.querySelector("[data-hold]");
  if (note) note.hidden = true;
  if (form.isConnected) form.requestSubmit();
}

function take(files, root) {
  const form = root.closest("form");
  for (const file of files) {
    const sending = new Sending(file, root);
    count(form, 1);
    queue = queue.then(() => sending.send()).finally(() => count(form, -1));
  }
}

// A form waits for its files; whatever was typed goes out with them.
function hold(event) {
  const form = event.currentTarget;
  if (!pending.get(form) || event.submitter?.hasAttribute("formaction")) return; // a draft goes without them
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.held = "";
  const note = form.querySelector("[data-hold]");
  if (note) note.hidden = false;
}

function startOne(root) {
  const form = root.closest("form");
  const input = root.querySelector("input[type=file]");
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // they go out by themselves, not with the form
    take(files, root);
  });
  form.addEventListener("submit", hold);
  form.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.dataset.over = "";
  });
  form.addEventListener("dragleave", () => delete form.dataset.over);
  form.addEventListener("drop", (event) => {
    delete form.dataset.over;
    if (!carries(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files, root);
  });
}

addEventListener("beforeunload", (event) => {
  if ([...pending.values()].some(Boolean)) event.preventDefault();
});

export function start(root) {
  if (!crypto.subtle) return; // not on a safe connection: they go with the form
  root.querySelectorAll("[data-uploads]").forEach(startOne);
}
