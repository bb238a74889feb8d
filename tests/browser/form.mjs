// The parents' form as a family goes through it: page by page, by keyboard, each input known by its place in the
// submission.

import assert from "node:assert/strict";
import { family } from "./stack.mjs";

/** What a family types: the form of the API, by the names of the pages' inputs. */
export function typedBy(form) {
  const typed = new Map();
  const walk = (name, value) => {
    if (value === null || typeof value !== "object") return typed.set(name, String(value));
    for (const [key, inner] of Object.entries(value)) walk(name ? `${name}/${key}` : key, inner);
  };
  walk("", form);
  const forget = (beginning) => [...typed.keys()].filter((it) => it.startsWith(beginning)).forEach((it) => typed.delete(it));
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  typed.set("babies", String(form.children.length));
  const { usual_residence, mailing } = form.contact;
  typed.set("same_address", String(same(usual_residence, mailing)));
  if (same(usual_residence, mailing)) forget("contact/mailing/");
  form.parents.forEach((parent, nth) => {
    const unchanged = same(parent.legal_name, parent.name_at_birth);
    typed.set(`parents/${nth}/same_name`, String(unchanged));
    if (unchanged) forget(`parents/${nth}/name_at_birth/`);
    // Elsewhere than in Canada the part of the country is typed, not chosen.
    const born = `parents/${nth}/birth_place`;
    if (parent.birth_place.country !== "CA" && typed.has(`${born}/province`)) {
      typed.set(`parents/${nth}/region_elsewhere`, typed.get(`${born}/province`));
      typed.delete(`${born}/province`);
    }
  });
  if (!form.services.certificates?.length) typed.set("services/certificates/0/product", "NONE");
  return typed;
}

/** A family at the form. */
export class Form {
  /** `it` is a family of the stack; some inputs otherwise. */
  constructor(person, it = family(), otherwise = {}) {
    Object.assign(this, { person, it, typed: typedBy(it.form), seen: [] });
    for (const [name, value] of Object.entries(otherwise)) this.typed.set(name, value);
  }

  /** What a parent opens from the page of the case, to put right what was certified. */
  static async correcting(person, it, otherwise) {
    await person.keys.opens("button", person.say("correct-go"));
    const form = new Form(person, it, otherwise);
    assert.equal(form.at, "review");
    return form;
  }

  get page() {
    return this.person.page;
  }

  /** The page's address after the form's. */
  get at() {
    return this.person.path.replace(/^\/form\/?/, "");
  }

  async begins() {
    await this.person.opens("/form/start");
    return this;
  }

  /** The names of the inputs that a person sees, in their order. */
  names() {
    return this.page.evaluate(() => {
      const seen = [...document.querySelectorAll("main [name]")].filter((it) => it.type !== "hidden" && it.type !== "submit" && it.tagName !== "BUTTON" && it.checkVisibility());
      return [...new Set(seen.map((it) => it.name))];
    });
  }

  /** Answers what is asked on this page. What the family has nothing to say to stays as it is. */
  async answers() {
    const answered = new Set();
    // Scripts may show more once something is answered.
    for (;;) {
      const open = (await this.names()).filter((name) => this.typed.has(name) && !answered.has(name));
      if (open.length === 0) break;
      for (const name of open) {
        await this.person.keys.answers(name, this.typed.get(name));
        answered.add(name);
      }
    }
  }

  /** The one button that leads on. */
  get button() {
    return this.page.locator("form#form button[type=submit]:not(.quiet)");
  }

  /** Goes on: with the one button, or on the page with everything with the one link. */
  async continues() {
    if (this.at === "review") return this.person.keys.opens("link", this.person.say("review-go"));
    assert.equal(await this.button.count(), 1, `there is one way on at ${this.page.url()}`);
    await this.person.keys.toControl(this.button, "the button that leads on");
    return this.person.keys.goes("Enter");
  }

  /** Goes on until a page, and stays there. `check` is asked of every page on the way, once it is answered. */
  async goesTo(path, check = async () => {}) {
    for (let nth = 0; nth < 40; nth++) {
      this.seen.push(this.at);
      if (this.at === path) return this;
      const before = this.page.url();
      await this.answers();
      await check(this.person);
      await this.continues();
      // An answer may raise another question on its page, which then has another address.
      assert.notEqual(this.page.url(), before, `${before} leads on: ${await this.errors()}`);
    }
    assert.fail(`${path} does not come: ${this.seen.join(", ")}`);
  }

  /** From the page with everything back to a page, changes what is otherwise there, and goes on until another page. */
  async changes(step, until) {
    await this.person.keys.opens("link", this.person.say("review-change", { what: this.person.say(step) }));
    return this.goesTo(until);
  }

  /** What the error summary says. */
  async errors() {
    return this.page.getByRole("alert").getByRole("link").allTextContents();
  }

  /** The references and access codes that the last page shows. */
  async receipt() {
    const codes = (await this.page.locator("main .code").allTextContents()).map((it) => it.trim());
    const cases = codes.filter((it) => /^NB-\w{4}-\w{4}$/.test(it));
    const access = codes.filter((it) => /^\w{4}(-\w{4}){3}$/.test(it));
    assert.ok(cases.length > 0 && access.length === cases.length, `the page shows references and codes: ${codes}`);
    return cases.map((ref, nth) => ({ ref, access_code: access[nth] }));
  }

  /** The code with which the form is opened again. */
  async code() {
    return (await this.page.locator(".draft .code, main > .code").first().textContent()).trim();
  }

  /** The whole form, from the first page to the receipt. */
  async sends(check) {
    await this.begins();
    await this.goesTo("sent", check);
    return this.receipt();
  }
}
