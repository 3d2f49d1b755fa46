// What every page gains with a script: menus that close, notes that can be put away, focus on what needs another look.

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const note of document.querySelectorAll("[data-dismissible]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "close";
  button.setAttribute("aria-label", note.dataset.close);
  button.textContent = "×";
  button.addEventListener("click", () => note.remove());
  note.append(button);
}

document.querySelector("[data-focus]")?.focus();

// A form that was sent and led on to another page needs no copy on this device.
const sent = sessionStorage.getItem("draft-sent");
if (sent) {
  sessionStorage.removeItem("draft-sent");
  if (sent !== `draft:${location.pathname}`) localStorage.removeItem(sent);
}

// A choice in a filter bar acts at once; the button that does it without a script steps back.
for (const form of document.querySelectorAll("form[data-apply]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
