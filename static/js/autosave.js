// Saves a draft 800 ms after typing stops and on leaving a field; the text stays on this device until the server has it.
//
// <form data-autosave-url="..." data-autosave-saving="Saving…" data-autosave-trying="Not saved yet, we keep trying">
// and anywhere on the page <span class="saved" role="status" data-autosave-status></span>
//
// The server answers 200 with {"text": "Draft saved at 9:42 am"}, and perhaps "version", which goes into the field of that
// name. 409 (somebody else saved meanwhile) shows its text and stops saving. A form that is sent while a save is under
// way waits for it, so that nobody runs into the own save.

const PAUSE = 800;
const RETRY = 5000;
const LONGEST = 10000;

for (const form of document.querySelectorAll("form[data-autosave-url]")) watch(form);

function watch(form) {
  const key = `draft:${location.pathname}`;
  const status = document.querySelector("[data-autosave-status]");
  let timer;
  let running = false;
  let dirty = false;
  let stopped = false;
  let sending;

  form.addEventListener("input", () => {
    dirty = true;
    keep(form, key);
    later(PAUSE);
  });
  form.addEventListener("focusout", () => dirty && save());
  form.addEventListener("submit", (event) => {
    if (running) {
      event.preventDefault();
      sending = { button: event.submitter };
      return;
    }
    stopped = true;
    clearTimeout(timer);
    sessionStorage.setItem("draft-sent", key);
  });
  window.addEventListener("online", () => dirty && save());
  restore(form, key);

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  function say(text, trying) {
    if (!status) return;
    status.classList.toggle("trying", trying);
    if (status.textContent !== text) status.textContent = text;
  }

  async function save() {
    clearTimeout(timer);
    if (running || stopped) return;
    running = true;
    dirty = false;
    say(form.dataset.autosaveSaving, false);
    let pause = PAUSE;
    try {
      const response = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(LONGEST),
      });
      if (!response.ok && response.status !== 409) throw new Error(String(response.status));
      const answer = await response.json();
      stopped ||= response.status === 409;
      const version = form.elements.namedItem("version");
      if (version && answer.version !== undefined) version.value = answer.version;
      if (dirty) keep(form, key);
      else if (!stopped) localStorage.removeItem(key);
      say(answer.text, stopped);
    } catch {
      dirty = true;
      pause = RETRY;
      say(form.dataset.autosaveTrying, true);
    } finally {
      running = false;
      if (sending) form.requestSubmit(sending.button);
      else if (dirty && !stopped) later(pause);
    }
  }
}

function texts(form) {
  return [...form.elements].filter((field) => field.name && field.matches("textarea, input[type=text]"));
}

function versionOf(form) {
  return form.elements.namedItem("version")?.value ?? "";
}

function keep(form, key) {
  const fields = Object.fromEntries(texts(form).map((field) => [field.name, field.value]));
  try {
    localStorage.setItem(key, JSON.stringify({ version: versionOf(form), fields }));
  } catch {
    // A full or closed store costs only the copy on this device.
  }
}

// What was typed and never arrived comes back, unless the draft has moved on since.
function restore(form, key) {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return;
  }
  if (!kept) return;
  if (kept.version !== versionOf(form)) {
    localStorage.removeItem(key);
    return;
  }
  const changed = texts(form).filter((field) => field.name in kept.fields && kept.fields[field.name] !== field.value);
  for (const field of changed) field.value = kept.fields[field.name];
  if (changed.length) form.dispatchEvent(new Event("input"));
}
