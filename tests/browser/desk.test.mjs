// The desk of the staff, behind its sign-in: the cases that wait, what is decided there, and what is not.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, EACH_PAIR, everyWay, withBrowser } from "./browser.mjs";
import { refuses, says, sound } from "./checks.mjs";
import { PDF, family, look, sendNotice, stands, submit, waitsOnTheDesk } from "./stack.mjs";

withBrowser();

/** A case that waits for a person: the hospital says otherwise than its parents. */
async function onTheDesk() {
  const it = family("notice-differs");
  const [found] = await submit(it);
  await sendNotice(it);
  await waitsOnTheDesk(found, "NOTICE_DIFFERS");
  return found;
}

/** Goes through the pages of the desk to a case. */
async function goesTo(person, { ref }) {
  const link = person.page.getByRole("link", { name: ref });
  while ((await link.count()) === 0) await person.keys.opens("link", person.say("desk-next"));
  await person.keys.opens("link", ref);
  assert.equal(person.path, `/desk/case/${ref}`);
}

/** What a button of the desk is called. */
const called = (person, action, about) => `${person.say(`action-${action}`)} – ${person.say(about)}`;

/** Takes a decision, and it is taken. */
async function decides(person, ...what) {
  await triesToDecide(person, ...what);
  assert.deepEqual(await person.page.getByRole("alert").allTextContents(), [], `${what}`);
}

/** Takes a decision: the reason from the list before the button, then the button. */
async function triesToDecide(person, action, about, reason) {
  const name = called(person, action, about);
  const it = person.page.locator("form").filter({ has: person.page.getByRole("button", { name, exact: true }) });
  const reasons = it.getByRole("combobox", { name: person.say("action-reason") });
  await person.keys.toControl(reasons, `the reasons of ${name}`);
  await person.keys.picks(reasons, reason);
  await person.keys.opens("button", name);
}

everyWay("somebody of the staff finds a case on the desk, and everything about it", async (person) => {
  const found = await onTheDesk();
  await person.signsInAtTheDesk("alex");
  await says(person, "desk-caption");
  await sound(person);
  await goesTo(person, found);
  await says(person, "reason-NOTICE_DIFFERS");
  await sound(person);
  for (const folded of ["action-correct-contact", "actions-refused", "protect-title"]) await person.unfolds(folded);
  await says(person, "correct-contact-again");
  await says(person, "protect-staff-text");
  await sound(person);
  await decides(person, "retry-now", "part-birth", "NOTICE_AMENDED");
  await says(person, "fact-decision-asked");
  await person.opens(`/desk?after=${found.ref}`);
  await sound(person);
  await person.keys.opens("link", person.say("desk-first"));
  // Out here, and by way of the provider back to the desk.
  await person.keys.opens("button", person.say("sign-out"));
  await person.page.getByRole("link", { name: person.say("sign-in"), exact: true }).waitFor();
  await person.opens(`/desk/case/${found.ref}`);
  assert.equal(person.path, "/desk");
  await says(person, "sign-in-text");
}, EACH_PAIR);

everyWay("whoever decides on what has changed meanwhile is told so, and sees it as it is now", async (person, arrives) => {
  const found = await onTheDesk();
  const other = await arrives(person);
  await person.signsInAtTheDesk("alex");
  await other.signsInAtTheDesk("sam");
  for (const it of [person, other]) await it.opens(`/desk/case/${found.ref}`);
  await person.unfolds("action-correct-contact");
  await person.keys.types("textbox", person.say("contact-contact-mailing-postal_code"), "K7L");
  await person.keys.opens("button", person.say("action-correct-contact"));
  await refuses(person, "FORM_INVALID");
  assert.ok(await person.page.getByRole("alert").getByText(person.say("asks-POSTAL_CODE")).isVisible());

  await decides(other, "retry-now", "part-birth", "PARENTS_ASKED");
  await triesToDecide(person, "withdraw", "part-certificate", "PARENTS_ASKED");
  await refuses(person, "STALE");
  assert.notEqual((await look(found)).certificate.state, "WITHDRAWN");
  await decides(person, "withdraw", "part-sin", "PARENTS_ASKED");
  await stands(found, "sin", "WITHDRAWN");
}, EACH_LANGUAGE);

everyWay("what two decide is proposed by one and approved by another", async (person, arrives) => {
  const found = await onTheDesk();
  const approves = await arrives(person);
  await person.signsInAtTheDesk("alex");
  await approves.signsInAtTheDesk("robin");
  await person.opens(`/desk/case/${found.ref}`);
  await says(person, "two-people");
  await decides(person, "register-without-notice", "part-birth", "OTHER_PROOF");
  assert.ok(await person.page.getByText(person.saying("proposal-text")).isVisible());
  await sound(person);
  await triesToDecide(person, "register-without-notice", "part-birth", "OTHER_PROOF");
  await refuses(person, "NEEDS_ANOTHER_PERSON");
  await approves.opens(`/desk/case/${found.ref}`);
  await decides(approves, "register-without-notice", "part-birth", "OTHER_PROOF");
  await stands(found, "birth", "REGISTERED");
}, EACH_LANGUAGE);

everyWay("an investigation stops everything, until it is over", async (person) => {
  const found = await onTheDesk();
  await person.signsInAtTheDesk("sam");
  await goesTo(person, found);
  await decides(person, "hold", "part-birth", "SUSPECTED_FRAUD");
  assert.equal(await person.page.getByRole("button", { name: called(person, "hold", "part-birth") }).count(), 0);
  await sound(person);
  await decides(person, "release", "part-birth", "NOTHING_FOUND");
  await says(person, "fact-released");
}, EACH_LANGUAGE);

everyWay("papers are refused and accepted at the desk, and each parent sees what became of them", async (person, arrives) => {
  const single = (form) => (form.children[0].name = { kind: "SINGLE", single: form.children[0].name.first });
  const [found] = await submit(family("ordinary", single));
  const [sends, other] = [await arrives(person), await arrives(person)];
  await sends.signsIn(found);
  const paper = async () => {
    await sends.opens(`/case/${found.ref}/papers`);
    // What a person chooses in the window of their system.
    await sends.page.locator("input[type=file]").first().setInputFiles(PDF);
    await sends.keys.opens("button", sends.say("needed-send"));
    await waitsOnTheDesk(found, "PAPERS_TO_CHECK");
  };
  await paper();
  await person.signsInAtTheDesk("alex");
  await goesTo(person, found);
  await sound(person);
  const file = person.page.locator('a[href*="/papers/SINGLE_NAME/1"]');
  await person.keys.toControl(file, "the file");
  const [download] = await Promise.all([person.page.waitForEvent("download"), person.keys.press("Enter")]);
  assert.equal(download.suggestedFilename(), `${found.ref}-SINGLE_NAME-1.pdf`);
  await decides(person, "refuse-papers", "paper-SINGLE_NAME", "PAPER_NOT_SIGNED");
  await stands(found, "birth", "WAITING_PAPERS");
  await sound(person);

  await sends.opens(`/case/${found.ref}/papers`);
  await says(sends, "why-PAPER_NOT_SIGNED");
  await sound(sends);
  await other.signsIn({ ref: found.ref, access_code: found.other_access_codes[0].access_code });
  await other.keys.opens("link", other.say("needed-look"));
  await says(other, "needed-first-parent");
  await sound(other);

  await paper();
  await person.opens(`/desk/case/${found.ref}`);
  await decides(person, "accept-papers", "paper-SINGLE_NAME", "PAPER_IN_ORDER");
  await stands(found, "birth", "WAITING_NOTICE");
  await other.opens(`/case/${found.ref}/papers`);
  await says(other, "paper-state-ACCEPTED");
  await sound(other);
}, EACH_LANGUAGE);

everyWay("where somebody is protected, the staff say why they look", async (person) => {
  const found = await onTheDesk();
  await person.signsInAtTheDesk("robin");
  await person.opens(`/desk/case/${found.ref}`);
  const before = await person.anotherTab();
  await before.opens(`/desk/case/${found.ref}`);
  await person.unfolds("protect-title");
  await person.keys.chooses(person.say("said-parent-number", { number: "2" }));
  await person.keys.opens("button", person.say("protect-send"));
  await says(person, "purpose-text");
  await sound(person);
  // Whoever had the page open before says it, too.
  await triesToDecide(before, "retry-now", "part-birth", "NOTICE_AMENDED");
  await refuses(before, "PURPOSE_MISSING");

  await person.keys.chooses(person.say("purpose-RESOLVE_TASK"));
  await person.keys.opens("button", person.say("purpose-send"));
  await says(person, "reason-NOTICE_DIFFERS");
  await sound(person);
  await decides(person, "retry-now", "part-birth", "NOTICE_AMENDED");
  assert.match(person.page.url(), /purpose=RESOLVE_TASK/);
  await says(person, "fact-decision-asked");
}, EACH_LANGUAGE);

everyWay("whoever looks and does not decide is offered nothing to decide", async (person) => {
  const found = await onTheDesk();
  await person.signsInAtTheDesk("kim");
  await goesTo(person, found);
  assert.equal(await person.page.getByRole("combobox").count(), 0);
  await sound(person);
  const answer = await person.opens(`/desk/case/${found.ref}/papers/SINGLE_NAME/1`);
  assert.equal(answer.status(), 403);
  await refuses(person, "ROLE_MAY_NOT_DECIDE");
}, EACH_LANGUAGE);
