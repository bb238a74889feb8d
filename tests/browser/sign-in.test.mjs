// Staff sign in: from the desk to the provider of identities and back, and out again.

import assert from "node:assert/strict";
import { EACH_PAIR, everyWay, withBrowser } from "./browser.mjs";
import { sound } from "./checks.mjs";

withBrowser();

everyWay("staff sign in with the provider and out again", async (person) => {
  await person.opens("/desk");
  await sound(person);
  await person.keys.opens("link", person.say("sign-in"));
  assert.notEqual(person.path, "/desk/sign-in", "the provider is another site");
  await sound(person);
  await person.keys.opens("button", new RegExp(`^kim \\(${person.say("role-viewer")}\\)$`));
  assert.equal(person.path, "/desk");
  assert.ok(await person.page.getByText(`kim (${person.say("role-viewer")})`).isVisible());
  await sound(person);
  // The page stays open to whoever comes back to it.
  await person.page.reload();
  assert.ok(await person.page.getByText(`kim (${person.say("role-viewer")})`).isVisible());

  await person.keys.to("button", person.say("sign-out"));
  await person.keys.press("Enter");
  await person.page.getByRole("link", { name: person.say("sign-in"), exact: true }).waitFor();
  assert.equal(person.path, "/desk");
  await person.opens("/desk");
  assert.ok(await person.page.getByRole("link", { name: person.say("sign-in"), exact: true }).isVisible());
}, EACH_PAIR);

everyWay("whoever goes back without signing in is told so, and may try again", async (person) => {
  await person.opens("/desk");
  await person.keys.opens("link", person.say("sign-in"));
  const nobody = person.language === "fr" ? "Revenir sans ouvrir de session" : "Go back without signing in";
  await person.keys.opens("button", nobody);
  assert.ok(await person.page.getByRole("alert").getByText(person.say("sign-in-declined"), { exact: true }).isVisible());
  await sound(person);
  await person.keys.opens("link", person.say("sign-in"));
  assert.ok(await person.page.getByRole("button", { name: nobody }).isVisible());
}, EACH_PAIR);
