// Tells Restock, once, that a shopper came by the link of a mail, and keeps the mail's token for
// the purchase:
//
//   <script type="module" src="https://restock.example.com/visit.js"></script>
//
// At the checkout: import { token } from "https://restock.example.com/visit.js"
// and send token() with the order, or to POST /v1/purchases.

const PARAMETER = "rsk";
const KEPT = "restock-token";

const read = () => {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
};

const keep = (value) => {
  try {
    sessionStorage.setItem(KEPT, value);
  } catch {
    // Where nothing may be stored, a purchase is not told apart.
  }
};

/** The token of the mail by which the shopper came in this tab; empty where there is none. */
export const token = () => read();

const here = new URL(location.href);
const found = here.searchParams.get(PARAMETER);
if (found) {
  keep(found);
  here.searchParams.delete(PARAMETER);
  // So that whoever is sent the address does not count as the shopper.
  history.replaceState(history.state, "", here);
  fetch(new URL("/widget/visit", import.meta.url), {
    method: "POST",
    body: found,
    mode: "no-cors",
    credentials: "omit",
    keepalive: true,
  }).catch(() => {});
}
