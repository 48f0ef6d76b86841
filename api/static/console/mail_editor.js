// The editor of a mail, live: it is shown, checked and kept as a draft at every pause of typing.
// Without this, the buttons "Preview", "Save" and "Send a test" do the same and load the page anew.

const PAUSE_MILLISECONDS = 400;

const form = document.getElementById("mail");
const kept = document.getElementById("kept");
const tested = document.getElementById("tested");
const sources = ["subject", "text", "html"].map((part) => document.getElementById(part));
let lastTouched = document.getElementById("html");
let pause;
let asked = 0;

document.querySelector("[data-needless]").hidden = true;
// Where there is no room for a desktop.
if (matchMedia("(max-width: 60rem)").matches) document.getElementById("view-phone").checked = true;

form.addEventListener("input", (event) => {
  if (event.target.name !== "test_to") soon();
});
document.getElementById("about").addEventListener("change", preview);

function soon() {
  clearTimeout(pause);
  kept.textContent = "…";
  pause = setTimeout(preview, PAUSE_MILLISECONDS);
}

async function preview() {
  clearTimeout(pause);
  const number = ++asked;
  const found = await posted(form.dataset.preview);
  // Another one was asked for meanwhile.
  if (number !== asked) return;
  if (!found) {
    kept.textContent = "Not kept: Restock does not answer. Nothing typed is lost while this page is open.";
    return;
  }
  kept.textContent = found.kept ? "Kept as your draft" : "Nothing changed";
  document.getElementById("discard").hidden = !found.kept;
  show(found);
}

async function posted(address) {
  const headers = { Accept: "application/json" };
  const body = new URLSearchParams(new FormData(form));
  const reply = await fetch(address, { method: "POST", headers, body }).catch(() => null);
  return reply?.ok ? reply.json().catch(() => null) : null;
}

function show({ parts, problems, values }) {
  for (const cell of document.querySelectorAll("[data-value]")) {
    cell.textContent = values[cell.dataset.value] || "(empty)";
  }
  for (const source of sources) {
    showProblems(source, problems.filter((each) => each.part === source.id));
  }
  document.getElementById("stale").hidden = !Object.values(parts).includes(null);
  if (parts.subject !== null) document.getElementById("shown-subject").textContent = parts.subject;
  if (parts.text !== null) document.getElementById("shown-text").textContent = parts.text;
  if (parts.html === null) return;
  for (const frame of document.querySelectorAll("[data-shows=html]")) {
    if (frame.srcdoc !== parts.html) frame.srcdoc = parts.html;
  }
}

function showProblems(source, problems) {
  const list = document.getElementById(`${source.id}-problems`);
  list.hidden = problems.length === 0;
  list.replaceChildren(...problems.map((each) => problemItem(source, each)));
  if (problems.length) source.setAttribute("aria-invalid", "true");
  else source.removeAttribute("aria-invalid");
}

function problemItem(source, { line, says }) {
  const item = document.createElement("li");
  if (line) {
    const link = document.createElement("a");
    link.href = `#${source.id}`;
    link.dataset.line = line;
    link.textContent = `Line ${line}`;
    item.append(link, ": ");
  }
  item.append(says);
  return item;
}

// To the line that is wrong.
form.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link) return;
  event.preventDefault();
  const source = document.getElementById(link.hash.slice(1));
  const lines = source.value.split("\n");
  const line = Math.min(Number(link.dataset.line), lines.length) - 1;
  const start = lines.slice(0, line).reduce((length, each) => length + each.length + 1, 0);
  source.focus();
  source.setSelectionRange(start, start + lines[line].length);
  source.scrollTop = (source.scrollHeight / lines.length) * Math.max(line - 2, 0);
});

for (const source of sources) {
  source.addEventListener("focus", () => (lastTouched = source));
  const caret = document.querySelector(`[data-caret=${source.id}]`);
  if (!caret) continue;
  const tell = () => {
    const line = source.value.slice(0, source.selectionStart).split("\n").length;
    caret.textContent = `Line ${line} of ${source.value.split("\n").length}`;
  };
  caret.hidden = false;
  for (const moved of ["input", "keyup", "click", "focus"]) source.addEventListener(moved, tell);
  tell();
}

for (const button of document.querySelectorAll("[data-inserts]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const { selectionStart: start, selectionEnd: end } = lastTouched;
    lastTouched.setRangeText(button.dataset.inserts, start, end, "end");
    lastTouched.focus();
    lastTouched.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

form.addEventListener("submit", async (event) => {
  // What is sent now is newer than what was to be kept.
  clearTimeout(pause);
  if (!event.submitter?.hasAttribute("data-sends")) return;
  event.preventDefault();
  event.submitter.disabled = true;
  tested.className = "soft";
  tested.textContent = "On its way…";
  const outcome = await posted(form.dataset.test);
  tell(outcome ?? { accepted: false, reply: "Restock does not answer." });
  event.submitter.disabled = false;
});

function tell({ accepted, reply }) {
  tested.className = accepted ? "notice" : "error";
  tested.textContent = `${accepted ? "The mail server took it" : "It was not sent"}: ${reply}`;
}
