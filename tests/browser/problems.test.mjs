// Pages that say why something cannot be done, where no other test meets them.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, everyWay, withBrowser } from "./browser.mjs";
import { refuses } from "./checks.mjs";
import { family, portal, submit } from "./stack.mjs";

withBrowser();

everyWay("whoever opens what they may not, or what makes no sense, is told what else to do", async (person, arrives) => {
  const [found] = await submit(family());
  const other = await arrives(person);
  await other.signsIn({ ref: found.ref, access_code: found.other_access_codes[0].access_code });
  const staff = await arrives(person);
  await staff.signsInAtTheDesk("alex");
  for (const [who, path, status, code] of [
    [person, "/form/%FF", 400, "UNREADABLE"],
    [person, `/desk/case/${found.ref}/papers/SINGLE_NAME/1`, 401, "NOT_SIGNED_IN"],
    [other, `/case/${found.ref}/address`, 403, "ROLE_MAY_NOT_DECIDE"],
    [staff, "/desk/case/NB-0000-0000", 404, "CASE_NOT_FOUND"],
    [person, "/form/close", 405, "METHOD_NOT_ALLOWED"],
    [staff, "/desk?after=nobody", 422, "INVALID_FIELD"],
  ]) {
    const answer = await who.opens(path);
    assert.equal(answer.status(), status, path);
    await refuses(who, code);
    await who.keys.opens("link", who.say("back-to-start"));
    assert.equal(who.path, "");
  }
}, EACH_LANGUAGE);

everyWay("answers that are far too long are not taken", async (person) => {
  await person.opens("/status");
  await person.keys.to("textbox", person.say("reference"));
  // As it is pasted.
  await person.page.keyboard.insertText("NB ".repeat(100_000));
  await person.keys.opens("button", person.say("status-show"));
  await refuses(person, "TOO_LARGE");
}, EACH_LANGUAGE);

everyWay("what another site sends is not taken", async (person) => {
  const form = `<form method="post" action="${portal}/${person.language}/status"><button>Win</button></form>`;
  const elsewhere = { contentType: "text/html", body: `<!doctype html><html lang="en"><title>Elsewhere</title>${form}` };
  await person.context.route("https://elsewhere.example/", (route) => route.fulfill(elsewhere));
  await person.opens("https://elsewhere.example/");
  await person.keys.opens("button", "Win");
  await refuses(person, "CROSS_SITE");
}, EACH_LANGUAGE);

let networks = 0;

everyWay("where too many wrong codes came from, one has to wait", async (person) => {
  // A proxy says so of a network that nobody else has.
  const from = { "x-forwarded-for": `2001:db8:${(process.pid % 65_535).toString(16)}:${networks++}::1` };
  await person.context.setExtraHTTPHeaders(from);
  await person.opens("/status");
  // A reference of its own each time: wrong codes for one are answered ever more slowly.
  const guess = (nth) => {
    const body = new URLSearchParams({ reference: `NB-${String(nth).padStart(4, "0")}-0000`, code: "0000-0000-0000-0000" });
    return fetch(`${portal}/en/status`, { method: "POST", headers: from, body });
  };
  for (let nth = 0; (await guess(nth)).status !== 429; nth++) {
    assert.ok(nth < 1_000, "wrong codes are counted");
  }
  await person.keys.types("textbox", person.say("reference"), "NB-0000-0000");
  await person.keys.types("textbox", person.say("access-code"), "0000-0000-0000-0000");
  await person.keys.opens("button", person.say("status-show"));
  await refuses(person, "RATE_LIMITED");
}, EACH_LANGUAGE);
