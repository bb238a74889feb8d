// Debian's Chromium, and what a test sees through it. A test that fails leaves a screenshot and the page's HTML.

import { after, before, test } from "node:test";
import { writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { noteOpened } from "./addresses.mjs";
import { Keyboard } from "./keyboard.mjs";
import { keepForChecking } from "./html.mjs";
import { left } from "./places.mjs";
import { portal } from "./stack.mjs";
import { LANGUAGES, codeOf, say, saying } from "./words.mjs";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A test that takes longer hangs. */
const LONGEST = 180_000;

/** The sizes in which every page is looked at. */
export const SIZES = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
};

/** How a family comes: in which language, on what, with or without scripts. */
const EVERY_WAY = LANGUAGES.flatMap((language) =>
  Object.keys(SIZES).flatMap((size) => [true, false].map((script) => ({ language, size, script }))),
);

/** What needs a family of its own comes in some ways, and with `WAYS=all` in every one. */
const usually = (some) => (process.env.WAYS === "all" ? EVERY_WAY : some);

const PAIRS = [
  { language: "en", size: "phone", script: false },
  { language: "en", size: "desktop", script: true },
  { language: "fr", size: "phone", script: true },
  { language: "fr", size: "desktop", script: false },
];

/** Each language meets each size, with scripts and without. */
export const EACH_PAIR = usually(PAIRS);

/** One in each language, on each size, without and with scripts: for what differs little between them. */
export const EACH_LANGUAGE = usually([PAIRS[0], { language: "fr", size: "desktop", script: true }]);

/** For what only scripts do. */
export const WITH_SCRIPTS = EACH_PAIR.filter(({ script }) => script);

/** One alone, and another for the next of a list. */
export const oneWay = (nth) => usually([PAIRS[nth % PAIRS.length]]);

/** As a part of a test's name. */
export const named = ({ language, size, script }) => `${language}, ${size}, ${script ? "with" : "without"} scripts`;

let browser;

/** Starts the browser for a test file. Each has a new, empty profile. */
export function withBrowser() {
  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.NEWBORN_CHROMIUM,
      chromiumSandbox: false,
      args: FLAGS,
      timeout: 60_000,
    });
  });
  after(() => browser?.close());
}

/** One person at a device of their own: cookies and all. */
export class Person {
  static async at({ language, size = "phone", script = true, viewport = SIZES[size] }) {
    const context = await browser.newContext({
      viewport,
      hasTouch: size === "phone",
      locale: codeOf(language),
      timezoneId: "America/Toronto",
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(15_000);
    return Person.in(context, { language, size, script });
  }

  static async in(context, way) {
    const page = await context.newPage();
    const person = new Person(context, page, way);
    person.devtools = await context.newCDPSession(page);
    await person.runsScripts(way.script);
    return person;
  }

  constructor(context, page, { language, size, script }) {
    Object.assign(this, { context, page, language, size, script, keys: new Keyboard(page), loads: 0, tabs: [] });
    page.on("response", (response) => {
      noteOpened(response, portal);
      return keepForChecking(response);
    });
    page.on("request", (request) => (this.loads += request.isNavigationRequest() && !request.redirectedFrom() ? 1 : 0));
  }

  /** Another tab of the same browser. */
  async anotherTab() {
    const tab = await Person.in(this.context, this);
    this.tabs.push(tab);
    return tab;
  }

  /** Whether this person's browser runs scripts of pages. */
  runsScripts(may) {
    return this.devtools.send("Emulation.setScriptExecutionDisabled", { value: !may });
  }

  say(key, filled) {
    return say(this.language, key, filled);
  }

  saying(key) {
    return saying(this.language, key);
  }

  /** Opens a page of the portal; `path` is what follows the language. */
  async opens(path = "") {
    return this.page.goto(path.startsWith("http") ? path : `${portal}/${this.language}${path}`);
  }

  /** The path of the page that is shown, after the language. */
  get path() {
    return new URL(this.page.url()).pathname.replace(/^\/(en|fr)(?=\/|$)/, "");
  }

  /** Opens the page of a case with its reference and access code, as a family does: by keyboard, the code pasted. */
  async signsIn({ ref, access_code }) {
    await this.opens("/status");
    await this.keys.types("textbox", this.say("reference"), ref);
    await this.keys.types("textbox", this.say("access-code"), access_code);
    await this.keys.opens("button", this.say("status-show"));
  }

  /** Says who somebody is who followed a link. */
  async saysWho(name, born) {
    await this.keys.types("textbox", this.say("invited-name"), name);
    await this.keys.answers("born", born);
    await this.keys.opens("button", this.say("invited-send"));
  }

  /** Certifies the statement that is shown. */
  async certifies(name) {
    await this.keys.ticks(this.saying("certify-agrees"));
    await this.keys.ticks(this.say("label-certification"));
    await this.keys.types("textbox", this.say("label-typed-name"), name);
    await this.keys.opens("button", this.say("certify-send"));
  }

  /** Signs in at the desk, as somebody of the staff. */
  async signsInAtTheDesk(name) {
    await this.opens("/desk");
    await this.keys.opens("link", this.say("sign-in"));
    // The provider of identities asks who it is.
    await this.keys.opens("button", new RegExp(`^${name} \\(`));
    await this.page.waitForURL(new RegExp(`/${this.language}/desk$`));
  }

  /** Unfolds what is under a line, and stays there. */
  async unfolds(key) {
    await this.keys.toControl(this.page.locator("summary", { hasText: this.say(key) }), `what is under ${key}`);
    await this.keys.press("Enter");
  }

  /** Pays on the hosted page, with a card that is `approved` or `declined`, or goes back without paying. */
  async pays(card) {
    await this.keys.opens("link", this.saying("pay-go"));
    await this.choosesCard(card);
  }

  /** What is done on the hosted page. */
  async choosesCard(card) {
    const way = card ? `button[name=card][value=${card}]` : "main a";
    await this.keys.toControl(this.page.locator(way), "the way back from the payment page");
    await this.keys.goes("Enter");
  }

  close() {
    return this.context.close();
  }
}

/** A test with people in it, who go when it ends. */
export function people(name, body, options = {}) {
  test(name, { timeout: LONGEST, ...options }, async (t) => {
    const here = [];
    const arrives = async (way) => {
      const person = await Person.at(way);
      here.push(person);
      return person;
    };
    try {
      await body(arrives, t);
    } catch (error) {
      const tabs = here.flatMap((person) => [person, ...person.tabs]);
      for (const [nth, tab] of tabs.entries()) await leave(`${name}-${nth + 1}`, tab);
      throw error;
    } finally {
      for (const person of here) await person.close();
    }
  });
}

/** A test for each way in which a family comes. */
export function everyWay(name, body, ways = EVERY_WAY, options = {}) {
  for (const way of ways) {
    people(`${name} (${named(way)})`, async (arrives, t) => body(await arrives(way), arrives, t), options);
  }
}

async function leave(name, { page }) {
  const file = `${left("failed")}/${name.replace(/[^\p{L}\d]+/gu, "-")}`;
  try {
    await page.screenshot({ path: `${file}.png`, fullPage: true });
    writeFileSync(`${file}.html`, `<!-- ${page.url()} -->\n${await page.content()}`);
  } catch (error) {
    console.error(`what ${name} saw could not be kept: ${error.message}`);
  }
}
