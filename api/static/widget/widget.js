/* <restock-notify>: "Notify me" on a shop's product page. What it takes, says and looks like:
   docs/widget.md. Nothing is loaded but this file, and nothing is kept in the browser. */
(() => {
  const WORDS = {}; // The server puts them in here, from api/widget/words.json.
  const RIGHT_TO_LEFT = ["he"];
  const STORES = "215238eb-22a5-4c36-9e7b-e7c08025e04e";
  const PATH = "v1/back-in-stock-notification-requests";
  const FASTEST_MS = 1000; // No person fills it in sooner after it has appeared.
  const CAPTCHAS = ["captchaToken", "cf-turnstile-response", "h-captcha-response",
    "g-recaptcha-response"];

  // A module has no current script; then it is the one on the page with this file's name.
  const script = document.currentScript
    ?? [...document.scripts].find((each) => /\/widget\.js(\?|$)/.test(each.src));
  const home = script && new URL(".", script.src).href;

  // Where the policy of a page forbids styles that are written into it, a sheet is still let in.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; font-family: var(--restock-font, inherit); color: var(--restock-text, inherit); }
    :host([hidden]), [hidden] { display: none !important; }
    * { box-sizing: border-box; }
    form { display: grid; gap: var(--restock-gap, .6rem); margin: 0; }
    p { margin: 0; }
    .row { display: flex; flex-wrap: wrap; gap: var(--restock-gap, .6rem); }
    .label { font-weight: 600; }
    input[type=email] { flex: 100 1 12rem; min-width: 0; min-height: 2.75rem; padding: .4rem .75rem; font: inherit;
      color: inherit; background: var(--restock-background, transparent);
      border: 1px solid var(--restock-edge, currentColor); border-radius: var(--restock-radius, .4rem); }
    button { flex: 1 0 auto; min-height: 2.75rem; padding: .4rem 1.1rem; font: inherit; font-weight: 600;
      cursor: pointer; color: var(--restock-on-accent, #fff); background: var(--restock-accent, #28593a);
      border: 1px solid transparent; border-radius: var(--restock-radius, .4rem); }
    button[aria-disabled=true] { opacity: .7; cursor: default; }
    :focus-visible { outline: 3px solid var(--restock-focus, currentColor); outline-offset: 2px; }
    [tabindex="-1"]:focus { outline: none; }
    input[aria-invalid=true] { border-width: 2px; border-color: var(--restock-error, #c0271a); }
    .consent { display: flex; gap: .5rem; align-items: start; }
    .consent input { flex: none; accent-color: var(--restock-accent, #28593a); width: 1.25rem; height: 1.25rem; margin: .1rem 0 0; }
    .consent a { color: inherit; }
    .error, .message { padding-inline-start: .75rem; border-inline-start: .25rem solid var(--restock-error, #c0271a); }
    .message { border-color: var(--restock-accent, #28593a); font-weight: 600; }
    .trap { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  `);

  /** An element with properties and attributes; those without a value are left out. */
  const make = (tag, given = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (value != null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  };

  const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");

  /** Something that stands in the way, by the name of its words. */
  class Trouble extends Error {
    constructor(words, status = 0, code = "", wait = 0) {
      super(words);
      Object.assign(this, { words, status, code, wait });
    }
  }

  class RestockNotify extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ["locale", "item-id", "options", "consent", "consent-url"];

    #internals = this.attachInternals();
    #root = this.attachShadow({ mode: "open", delegatesFocus: true });
    #appeared = 0;
    #sending = false;
    #attempt = { body: "", key: "" };
    #parts = {};
    #captcha = null;

    connectedCallback() {
      this.#appeared ||= performance.now();
      this.#root.adoptedStyleSheets = [sheet];
      this.#show();
      // A script that runs while the page is read finds the element before what is in it.
      if (document.readyState === "loading") {
        const look = () => { if (this.#ownForm()) this.#show(); };
        document.addEventListener("DOMContentLoaded", look, { once: true });
      }
    }

    attributeChangedCallback(name, before, now) {
      if (this.#appeared && before !== now) this.#show();
    }

    formResetCallback() {
      this.#parts.email.value = "";
      this.#show();
    }

    formDisabledCallback(disabled) {
      for (const part of [this.#parts.email, this.#parts.button]) if (part) part.disabled = disabled;
    }

    /** A token of a captcha, or a function that gets one; instead of a field within the element. */
    set captcha(tokenOrFunction) { this.#captcha = tokenOrFunction; }

    get value() { return this.#parts.email?.value ?? ""; }

    /** What is set: by a field of the shop's own form within, or by an attribute. */
    #given(name) {
      return this.#ownForm()?.elements.namedItem(name)?.value || this.getAttribute(kebab(name)) || "";
    }

    #ownForm() { return this.querySelector("form"); }

    get #locale() {
      const near = this.closest("[lang]")?.lang || document.documentElement.lang;
      return this.#given("locale") || near || navigator.language || "en";
    }

    #say(name) {
      return (WORDS[this.#language] ?? WORDS.en)[name];
    }

    get #language() {
      const language = this.#locale.split(/[-_]/)[0].toLowerCase();
      return WORDS[language] ? language : "en";
    }

    // The look

    #show() {
      const typed = this.value;
      const own = this.#ownForm();
      this.#parts = own ? this.#takenOver(own) : this.#built();
      const { form, email, error, message } = this.#parts;
      this.#root.replaceChildren(own ? make("slot") : form);
      if (!own) {
        this.#root.append(message);
        this.#speaks(form);
      }
      this.#speaks(error);
      this.#speaks(message);
      if (typed) email.value = typed;
      form.hidden = false;
      error.hidden = message.hidden = true;
      form.noValidate = true;
      form.onsubmit = (event) => { event.preventDefault(); this.#submit(); };
      email.oninput = () => this.#internals.setFormValue(email.value);
      email.oninput();
      if (this.matches(":disabled")) this.formDisabledCallback(true);
    }

    #speaks(part) {
      part.lang = this.#language;
      part.dir = RIGHT_TO_LEFT.includes(this.#language) ? "rtl" : "ltr";
    }

    #built() {
      const email = make("input", { part: "input", id: "email", type: "email", name: "email",
        autocomplete: "email", inputmode: "email", required: true, maxlength: 254, dir: "ltr" });
      const button = make("button", { part: "button", type: "submit" }, this.#say("button"));
      const error = make("p", { part: "error", class: "error", id: "error", role: "alert" });
      const message = make("p", { part: "message", class: "message", role: "status", tabindex: -1 });
      const consent = this.#consentBox();
      const trap = make("input", { name: "website", id: "trap", tabindex: -1, autocomplete: "off" });
      const form = make("form", { part: "form" },
        make("slot", { name: "intro" }, make("p", { part: "intro" }, this.#say("intro"))),
        make("label", { part: "label", class: "label", for: "email" }, this.#say("label")),
        make("div", { part: "row", class: "row" }, email, button),
        consent?.label,
        make("div", { class: "trap", "aria-hidden": "true" },
          make("label", { for: "trap" }, this.#say("trap")), trap),
        make("slot", { name: "captcha" }),
        error);
      return { form, email, button, error, message, trap, consent: consent?.box };
    }

    #consentBox() {
      const text = this.#given("consent");
      if (!text) return null;
      const box = make("input", { part: "checkbox", type: "checkbox", required: true });
      const url = this.getAttribute("consent-url");
      const words = url ? make("a", { href: url, target: "_blank", rel: "noopener" }, text) : text;
      return { box, label: make("label", { part: "consent", class: "consent" }, box, make("span", {}, words)) };
    }

    /** The shop's own form, which without this script posts itself. */
    #takenOver(form) {
      const field = (name) => form.elements.namedItem(name);
      const line = (name, role) => form.parentNode.querySelector(`[data-restock=${name}]`)
        ?? make("p", { "data-restock": name, id: `restock-${newKey()}`, role, tabindex: -1 });
      const error = line("error", "alert"), message = line("message", "status");
      form.append(error);
      form.after(message);
      return { form, email: field("email"), button: form.querySelector("button, [type=submit]"),
        error, message, trap: field("website"), consent: field("consentGiven") };
    }

    // What happens

    async #submit() {
      if (this.#sending) return;
      this.#busy(true);
      try {
        const already = await this.#ask();
        if (already !== null) this.#succeed(already);
      } catch (trouble) {
        this.#fail(trouble instanceof Trouble ? trouble : new Trouble("trouble"));
        if (!(trouble instanceof Trouble)) console.error(trouble);
      } finally {
        this.#busy(false);
      }
    }

    /** Whether this address waits already; nothing where the shop's own script took over. */
    async #ask() {
      const { email, consent, trap } = this.#parts;
      email.value = email.value.trim();
      if (!email.value || !email.validity.valid) throw new Trouble("address", 400);
      if (consent && !consent.checked) throw new Trouble("consent", 400);
      // Only what fills in every field of a page is in here: it is thanked and forgotten.
      if (trap?.value) return false;
      // The shop's own form was there before this script.
      const since = this.#ownForm() ? 0 : this.#appeared;
      if (performance.now() - since < FASTEST_MS) throw new Trouble("fast");
      if (!this.#tell("submit", {}, true)) return null;
      return this.#send(JSON.stringify(this.#request()), await this.#token());
    }

    async #send(body, token) {
      // What was sent and not answered is sent under the same key again, and so made once.
      if (body !== this.#attempt.body) this.#attempt = { body, key: newKey() };
      const headers = { Authorization: this.#given("siteKey"), "Content-Type": "application/json",
        "Idempotency-Key": this.#attempt.key };
      if (token) headers["Captcha-Token"] = token;
      const url = new URL(PATH, this.getAttribute("api") ?? home);
      const reply = await fetch(url, { method: "POST", headers, body, credentials: "omit" })
        .catch(() => { throw new Trouble("offline"); });
      this.#attempt = { body: "", key: "" };
      if (reply.ok) return false;
      const details = (await reply.json().catch(() => ({}))).details ?? {};
      const code = details.applicationError?.code ?? "";
      if (reply.status === 409 && code.endsWith("ALREADY_EXISTS")) return true;
      throw this.#refusal(reply, code, details.validationError?.fieldViolations ?? []);
    }

    #refusal(reply, code, wrong) {
      const { status } = reply;
      const wait = Number(reply.headers.get("Retry-After")) || 60;
      const isAddress = wrong.length > 0 && wrong.every((each) => each.field === "request.email");
      const words = isAddress ? "address"
        : code === "CAPTCHA_NEEDED" ? "person"
        : { 428: "closed", 429: "later" }[status] ?? (status < 500 && status !== 409 ? "setup" : "trouble");
      if (words === "setup") {
        console.error("<restock-notify>", status, code, ...wrong.map((each) => `${each.field}: ${each.description}`));
      }
      return new Trouble(words, status, code, wait);
    }

    #request() {
      const { email } = this.#parts;
      const options = this.#given("options");
      const request = {
        catalogReference: { appId: this.#given("appId") || STORES, catalogItemId: this.#given("itemId") },
        email: email.value,
        itemUrl: this.#page(),
        locale: this.#locale,
      };
      if (options) request.catalogReference.options = this.#json(options);
      if (this.#given("quantity")) request.quantity = Number(this.#given("quantity"));
      if (this.#given("externalId")) request.externalId = this.#given("externalId");
      const itemDetails = { name: this.#given("itemName"), price: this.#given("itemPrice") };
      if (this.#given("itemImage")) itemDetails.image = { url: new URL(this.#given("itemImage"), document.baseURI).href };
      // As the shopper saw it, and where.
      const text = this.#given("consent");
      return { request, itemDetails, ...(text && { consent: { text, url: request.itemUrl } }) };
    }

    #json(text) {
      try {
        return JSON.parse(text);
      } catch (error) {
        console.error("<restock-notify> options:", error);
        throw new Trouble("setup");
      }
    }

    #page() {
      const given = this.#given("itemUrl");
      const canonical = document.querySelector("link[rel=canonical]")?.href;
      const url = new URL(given || canonical || location.href, document.baseURI);
      url.hash = "";
      return url.href;
    }

    async #token() {
      if (typeof this.#captcha === "function") return this.#captcha();
      const names = CAPTCHAS.map((name) => `[name="${name}"]`).join();
      return this.#captcha ?? this.querySelector(names)?.value;
    }

    /** Say it in an event; false where somebody prevents what follows. */
    #tell(what, more = {}, cancelable = false) {
      const detail = { appId: this.#given("appId") || STORES, itemId: this.#given("itemId"),
        options: this.#given("options"), ...more };
      return this.dispatchEvent(new CustomEvent(`restock-notify:${what}`,
        { bubbles: true, composed: true, cancelable, detail }));
    }

    #busy(is) {
      const { button, form } = this.#parts;
      this.#sending = is;
      form.setAttribute("aria-busy", is);
      // Not `disabled`, which would take the focus from whoever goes by keyboard.
      button?.setAttribute("aria-disabled", is);
      if (button && !this.#ownForm()) button.textContent = this.#say(is ? "sending" : "button");
    }

    #succeed(already) {
      const { form, message, error } = this.#parts;
      error.hidden = form.hidden = true;
      message.hidden = false;
      message.textContent = this.#say(already ? "already" : "done");
      // What had the focus is gone.
      message.focus();
      this.#tell("success", { already });
    }

    #fail({ words, status, code, wait }) {
      const { email, error, consent, button } = this.#parts;
      error.hidden = false;
      error.textContent = this.#say(words).replace("{wait}", this.#inWords(wait));
      const wrong = { address: email, consent }[words];
      for (const field of [email, consent]) {
        field?.toggleAttribute("aria-invalid", false);
        field?.removeAttribute("aria-describedby");
      }
      wrong?.setAttribute("aria-invalid", "true");
      wrong?.setAttribute("aria-describedby", error.id);
      (wrong ?? button)?.focus();
      this.#tell("error", { reason: words, status, code });
    }

    #inWords(seconds) {
      const [unit, size] = seconds > 5400 ? ["hour", 3600] : seconds > 90 ? ["minute", 60] : ["second", 1];
      return new Intl.NumberFormat(this.#language, { style: "unit", unit, unitDisplay: "long" })
        .format(Math.ceil(seconds / size));
    }
  }

  if (!customElements.get("restock-notify")) customElements.define("restock-notify", RestockNotify);
})();
