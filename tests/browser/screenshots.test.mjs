// Pictures of the pages, and what a screen reader finds on them, for docs/. Made anew by `make screenshots`.

import { after } from "node:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { people, withBrowser } from "./browser.mjs";
import { Form } from "./form.mjs";
import { smaller } from "./picture.mjs";
import { ROOT } from "./places.mjs";
import { completed, family, familyApart, linkIn, messagesTo, portal, sendNotice, stands, submit } from "./stack.mjs";
import { LANGUAGES, codeOf } from "./words.mjs";

const DOCS = `${ROOT}/docs`;

withBrowser();

/** What was pictured, in the order of a journey: what is in the picture, by its name. */
const pictured = new Map();

/** What a screen reader finds, page by page. */
const heard = [];

async function pictures(person, name, what, { desktop = false } = {}) {
  const { language, page } = person;
  pictured.set(name, { what, desktop });
  mkdirSync(`${DOCS}/images/pages/${language}`, { recursive: true });
  const shoot = async (file) => {
    const picture = await page.screenshot({ fullPage: true, scale: "css" });
    writeFileSync(`${DOCS}/images/pages/${language}/${file}.png`, smaller(picture));
  };
  await shoot(name);
  if (desktop) {
    const phone = page.viewportSize();
    await page.setViewportSize({ width: 1280, height: 900 });
    await shoot(`${name}-desktop`);
    await page.setViewportSize(phone);
  }
}

async function hears(person, what) {
  if (person.language !== "en") return;
  const tree = await person.page.locator("main").ariaSnapshot();
  // A list of all countries is one control to who hears it; addresses are not read out.
  const lines = tree.split("\n").filter((it) => !/^\s*- (option |\/url:)/.test(it));
  heard.push(`### ${what}\n\nTitle: *${await person.page.title()}*\n\n\`\`\`\n${lines.join("\n")}\n\`\`\`\n`);
}

const STEPS = {
  start: "Is this form for you",
  "baby-1/name": "The baby's name",
  "baby-1/birth": "The baby's birth",
  place: "Where the baby was born",
  "parent-1/name": "The first parent's name",
  "parent-1/about": "About the first parent",
  "parent-2/name": "The second parent's name",
  "parent-2/about": "About the second parent",
  parents: "The parents together",
  address: "Addresses",
  contact: "How each parent is reached",
  services: "Certificate, SIN, consent",
  review: "Everything that was answered",
  "certify-1": "A parent certifies",
  "certify-2": "The second parent certifies, too",
};

for (const language of LANGUAGES) {
  people(`the pages before and in the form (${language})`, async (arrives) => {
    const person = await arrives({ language });
    await person.page.goto(`${portal}/`);
    await pictures(person, "languages", "The first screen", { desktop: true });
    await hears(person, "The first screen");
    await person.opens();
    await pictures(person, "start", "The start page", { desktop: true });
    await hears(person, "The start page");
    const it = family();
    const form = await new Form(person, it).begins();
    const seen = new Set();
    await form.goesTo("sent", async () => {
      const what = STEPS[form.at];
      if (!what || seen.has(form.at)) return;
      seen.add(form.at);
      await pictures(person, `form-${form.at.replace("/", "-")}`, what, { desktop: form.at === "baby-1/birth" });
      await hears(person, what);
    });
    await pictures(person, "sent", "It is sent: references and access codes");
    await hears(person, "It is sent");
    await person.opens("/form/sent-2");
    await pictures(person, "sent-2", "The second parent's own access code");

    const other = await arrives({ language });
    const another = await new Form(other, family(), { "children/0/name/first": "", "children/0/name/last": "7" }).begins();
    await another.goesTo("baby-1/name");
    await another.answers();
    await another.continues();
    await pictures(other, "form-errors", "A page with errors");
    await hears(other, "A page with errors");
    await other.keys.opens("button", other.say("form-later"));
    await pictures(other, "kept", "The form is saved for later");
    await other.opens("/form/return");
    await pictures(other, "return", "Coming back to a form");
    await other.opens("/form/out/BORN_ELSEWHERE");
    await pictures(other, "out", "Whom this form is not for");
  });

  people(`the pages of a case (${language})`, async (arrives) => {
    const person = await arrives({ language });
    await person.opens("/status");
    await pictures(person, "status", "Reference and access code");
    const spoken = (it) => {
      for (const parent of it.form.parents) if (parent.certification) parent.certification.language = codeOf(language);
      return it;
    };
    const done = await completed(spoken(family()));
    await person.signsIn(done);
    await pictures(person, "case", "Everything is done", { desktop: true });
    await hears(person, "A case with everything done");
    for (const [path, what] of [["statement", "What was certified"], ["shared", "What was shared with whom"], ["confirmation", "A confirmation to print"], ["loss", "Telling us that a child has died"]]) {
      await person.opens(`/case/${done.ref}/${path}`);
      await pictures(person, path, what);
    }
    const unpaid = spoken(family("ordinary", (form) => delete form.services.payment_token));
    const [waits] = await submit(unpaid);
    await stands(waits, "birth", "WAITING_NOTICE");
    const second = await arrives({ language });
    await second.signsIn(waits);
    await pictures(second, "case-waiting", "The notice is awaited, and the fee is to be paid");
    const kept = await arrives({ language });
    await kept.signsIn({ ref: waits.ref, access_code: waits.other_access_codes[0].access_code });
    const single = spoken(family("ordinary", (form) => (form.children[0].name = { kind: "SINGLE", single: "Olivia" })));
    const [papers] = await submit(single);
    const sends = await arrives({ language });
    await sends.signsIn(papers);
    await pictures(sends, "case-papers", "Papers are needed");
    await sends.opens(`/case/${papers.ref}/papers`);
    await pictures(sends, "papers", "Sending papers, or saying that they are mailed");
    await hears(sends, "Papers");
    for (const [path, what] of [["address", "Changing the address, with a one-time code"], ["withdraw", "Withdrawing"]]) {
      await second.opens(`/case/${waits.ref}/${path}`);
      await pictures(second, path, what);
    }
    await second.opens(`/case/${waits.ref}/address`);
    await second.keys.opens("button", second.say("code-send"));
    await pictures(second, "address-code", "A one-time code was sent");
    await second.opens(`/case/${waits.ref}`);
    await second.unfolds("protect-title");
    await pictures(second, "protect", "Being protected from the other parent");
    await second.keys.opens("button", second.say("protect-send"));
    await kept.opens(`/case/${waits.ref}`);
    await pictures(kept, "closed", "What the other parent then sees");
    await sendNotice(unpaid);
    const apart = familyApart(language);
    const [invited] = await submit(apart);
    const [message] = await messagesTo(apart.phone, { about: invited.ref });
    const other = await arrives({ language });
    await other.opens(linkIn(message, language));
    await pictures(other, "invited", "The second parent says who they are");
    await hears(other, "The second parent's link");
    await other.saysWho("Marc Tremblay", "1992-09-23");
    await pictures(other, "welcome", "The second parent's own codes");
    await other.opens(`/case/${invited.ref}/statement`);
    await pictures(other, "certify", "The second parent reads, and certifies or objects");
    await hears(other, "The second parent reads and answers");
    await other.opens("/read/0123456789abcdef0123456789abcdef");
    await pictures(other, "link-ended", "A link that does not work any more");
    await other.opens("/nothing-here");
    await pictures(other, "problem", "A page that is not there");
    const rests = await arrives({ language });
    await rests.page.clock.install();
    await rests.signsIn(done);
    await rests.page.clock.fastForward("26:00");
    await rests.page.getByRole("dialog", { name: rests.say("session-title") }).waitFor();
    await pictures(rests, "session", "Before a session ends");
    await other.opens("/desk");
    await pictures(other, "desk-sign-in", "The desk of the staff: sign-in");
  });
}

after(() => {
  const picture = (language, name, what) => `<img src="images/pages/${language}/${name}.png" alt="${what}" width="260">`;
  const rows = [...pictured].map(([name, { what }]) => `| ${what} | ${LANGUAGES.map((it) => picture(it, name, what)).join(" | ")} |`);
  const wide = [...pictured].filter(([, { desktop }]) => desktop);
  const wides = wide.map(([name, { what }]) => `${what}:\n\n${LANGUAGES.map((it) => `![${what}](images/pages/${it}/${name}-desktop.png)`).join("\n")}\n`);
  writeFileSync(`${DOCS}/screenshots.md`, `# The pages

Made by \`make screenshots\`, on a telephone's width, from invented families.

| Page | English | French |
|---|---|---|
${rows.join("\n")}

## On a desktop

${wides.join("\n")}`);
  writeFileSync(`${DOCS}/screen-reader.md`, `# What a screen reader finds

The accessibility tree of the main part of each page on one journey, as Chromium gives it to screen readers: roles, names and states
in the order of reading. The options of long lists are left out. Made by \`make screenshots\`; how to read it is in
[accessibility.md](accessibility.md).

${heard.join("\n")}`);
});
