// The journeys through the form: from the first page to a registered birth, by keyboard alone.

import assert from "node:assert/strict";
import { EACH_LANGUAGE, EACH_PAIR, everyWay, named, withBrowser } from "./browser.mjs";
import { sound } from "./checks.mjs";
import { Form } from "./form.mjs";
import { family, sendNotice, stands } from "./stack.mjs";

withBrowser();

everyWay("a family goes from the first page to a registered birth", async (person) => {
  const it = family();
  const form = new Form(person, it);
  await person.opens();
  await person.keys.opens("link", person.say("start-begin"));
  // The pages are looked at in half of the ways: each language, each size, with scripts and without.
  const check = EACH_PAIR.some((it) => named(it) === named(person)) ? sound : async () => {};
  await form.goesTo("sent", check);
  await check(person);
  const [found] = await form.receipt();
  await sendNotice(it);
  await stands(found, "birth", "REGISTERED");
  await person.keys.opens("link", person.say("receipt-follow", { case: found.ref }));
  assert.ok(await person.page.getByText(person.say("birth-REGISTERED")).first().isVisible());
});

everyWay("the page with everything says what is still missing, and leads there", async (person) => {
  const form = await new Form(person).begins();
  await form.answers();
  await form.continues();
  await person.opens("/form/review");
  assert.ok((await form.errors()).length > 0);
  await sound(person);
  await person.keys.to("link", (await form.errors())[0]);
  await person.keys.goes("Enter");
  assert.equal(form.at, "baby-1/name");
}, EACH_LANGUAGE);

everyWay("a page that is not answered says what is missing, and each error leads to its input", async (person) => {
  const form = await new Form(person).begins();
  while (form.at !== "sent") {
    const page = form.at;
    if (page !== "review") {
      // Nothing of it is answered yet.
      const before = form.page.url();
      await form.continues();
      if (form.at === page && form.page.url() === before) {
        const errors = await form.errors();
        assert.ok(errors.length > 0, `${page} says what is missing`);
        assert.match(await form.page.title(), new RegExp(`^${person.say("error-prefix")}`));
        await sound(person);
        await person.keys.opensFirstError();
        await form.answers();
      } else {
        // Nothing had to be answered here.
        continue;
      }
    }
    await form.continues();
    assert.deepEqual(form.at === page ? await form.errors() : [], [], `${page} leads on`);
  }
}, EACH_PAIR);
