// All scenarios against a running, seeded Meridian: BASE_URL=http://127.0.0.1:8080 npm run e2e [-- names]
// or, with servers of its own: SCENARIOS=day,later ./dev test e2e
// The demo tenant expects its providers and bot at PROVIDER_PORT (8900 unless told), which this script plays.
import assert from 'node:assert/strict';
import { setUp } from './admin.mjs';
import { away, unsaved } from './away.mjs';
import { collide, cut, day, expiry, merge, newPassword, race, signedOut } from './agent.mjs';
import { assistant } from './assistant.mjs';
import { connect } from './connect.mjs';
import { drafts } from './drafts.mjs';
import { hands } from './hands.mjs';
import { keys, typedAhead, wholeDay } from './keyboard.mjs';
import { alerts, imports, plans, review } from './lead.mjs';
import { lookup } from './lookup.mjs';
import { minds } from './minds.mjs';
import { knowledge } from './knowledge.mjs';
import { chinese, closed, known, line, looks, person, supervisor, widget } from './others.mjs';
import { pictures } from './pictures.mjs';
import { files, later, mail, passOn } from './passing.mjs';
import { search } from './search.mjs';
import { base, browser, served, shots, tell } from './setup.mjs';
import { speed } from './speed.mjs';
import { steps } from './steps.mjs';
import { tryBot } from './trybot.mjs';
import { emergencies, lend, scheduled, steer } from './steer.mjs';
import { many, upgrade } from './upgrade.mjs';
import { webhooks } from './webhooks.mjs';
import { capacity, codes, consult, verifiers, whyNot } from './work.mjs';
import { World } from './world.mjs';

const scenarios = { day, wholeDay, passOn, later, files, mail, cut, race, expiry, collide, signedOut, newPassword, merge, away, unsaved, widget, known, line, closed, person, supervisor, alerts, review, plans, imports, emergencies, steer, lend, scheduled, codes, capacity, consult, whyNot, search, verifiers, minds, steps, setUp, connect, assistant, tryBot, webhooks, lookup, knowledge, drafts, hands, keys, typedAhead, upgrade, many, looks };
// Only when they are named: they make pictures, for the documentation and to look at, or measure.
const named = { ...scenarios, pictures, chinese, speed };
const asked = [...process.argv.slice(2), ...(process.env.SCENARIOS?.split(',') ?? [])];
const names = asked.length > 0 ? asked : Object.keys(scenarios);
const failed = [];
let world, chrome;
try {
  world = await new World(base).open();
  await world.listen(Number(process.env.PROVIDER_PORT ?? 8900));
  await served();
  chrome = await browser();
  for (const name of names) await one(name);
} catch (error) {
  console.error(error);
  failed.push('set-up');
} finally {
  await chrome?.close();
  world?.close();
}
const passed = names.filter((name) => !failed.includes(name)).length;
console.log(failed.length > 0 ? `console e2e: FAILED ${failed.join(', ')}` : `console e2e: ok, ${passed} scenarios passed`);
process.exit(failed.length > 0 ? 1 : 0);

async function one(name) {
  const problems = [];
  const run = String(Date.now()).slice(-5);
  tell(`-- ${name}`);
  try {
    await world.tidy();
    world.lines = ['Hi, I am Dory. What is your order number?', 'Thank you. Order 48213 is a kettle, delivered on 12 March.'];
    await named[name]({ chrome, url: base, world, run, problems });
    assert.deepEqual(problems, []);
  } catch (error) {
    failed.push(name);
    console.error(error.message, problems);
    for (const [index, page] of chrome.contexts().flatMap((context) => context.pages()).entries()) {
      await page.screenshot({ path: `${shots}/failed-${name}-${index}.png` }).catch(() => undefined);
    }
  }
  for (const context of chrome.contexts()) await context.close();
}
