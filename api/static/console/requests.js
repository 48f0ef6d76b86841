// The list of requests: choosing all on the page, and how many are chosen.

const form = document.querySelector("form[data-ticks]");
if (form) {
  const boxes = [...form.querySelectorAll("input[name=ids]")];
  const all = form.querySelector("[data-tick-all]");
  const everything = form.querySelector("[data-everything]");
  const said = form.querySelector("[data-ticked]");

  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    if (everything.checked) said.textContent = "All that the filter finds are chosen";
    else said.textContent = ticked ? `${ticked} chosen` : "";
  };

  form.querySelector("[data-tick-label]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  // A browser that goes back keeps what was ticked.
  addEventListener("pageshow", show);
}
