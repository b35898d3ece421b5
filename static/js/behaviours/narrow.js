// Narrow this list: hides the rows that do not hold every word typed. Nothing is asked of the server.
function narrow(words) {
  for (const body of document.querySelectorAll("[data-rows] > tbody")) {
    let left = 0;
    for (const row of body.querySelectorAll("[data-row]")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      left += !row.hidden;
    }
    body.hidden = !left;
  }
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-narrow]")) {
    const input = box.querySelector("input");
    box.hidden = false;
    input.addEventListener("input", () => narrow(input.value.toLowerCase().split(/\s+/).filter(Boolean)));
    input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }
}
