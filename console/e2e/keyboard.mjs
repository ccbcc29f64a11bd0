// Hands that never leave the keys: a whole day, and every key that the overview names.
import assert from 'node:assert/strict';
import { handedOver } from './agent.mjs';
import { articles, done } from './knowledge.mjs';
import { alarm, rules, table } from './lead.mjs';
import { suggestion } from './steps.mjs';
import { accessible, available, awake, page, resolve, said, send, shoot, signIn, take, tell } from './setup.mjs';

const saveReply = 'mutation($input: CannedReplySaveInput!) { cannedReplySave(input: $input) { userErrors { message } } }';

/** Whether a mouse was ever used on a page; scripts that click an element do not count as one. */
async function watched(at) {
  await at.addInitScript(() => {
    addEventListener('pointerdown', (event) => event.isTrusted && sessionStorage.setItem('mouse', 'used'), true);
  });
  return async () => assert.equal(await at.evaluate(() => sessionStorage.getItem('mouse')), null, 'the mouse was used');
}

/** Accept, read the brief, reply, note, canned reply, transfer, next, wrap-up, next: one person, one sitting. */
export async function wholeDay({ chrome, url, world, run, problems }) {
  const [first, second] = awake();
  const shortcut = `thanks${run}`;
  const input = { shortcut, title: `Thanks ${run}`, text: 'Thank you for your patience, {{customer.name}}.', language: '' };
  assert.deepEqual((await world.as('ada', saveReply, { input })).cannedReplySave.userErrors, []);
  const { viewer } = await world.as(second, '{ viewer { agent { name } } }');
  const desk = await page(chrome, problems);
  const untouched = await watched(desk);
  await signIn(desk, url, first);
  await available(desk);
  const [nora, omar] = [`Nora ${run}`, `Omar ${run}`];
  await handedOver(world, `447703${run}0`, nora);
  await take(desk, nora);
  await desk.waitForSelector('[data-waits]');
  tell('accepted by Enter, and the desk says how long she has waited');
  await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
  await desk.keyboard.press('b');
  await desk.waitForSelector('section[aria-label="Hand-off brief"] button:focus');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('.flash');
  const words = `A new kettle leaves today, ${run}.`;
  await send(desk, 'r', words);
  await world.until('the provider has the reply', () => world.told(words) > 0);
  await desk.locator('header [data-waits]').waitFor({ state: 'detached' });
  tell('the brief was read, the reply is out, nobody waits any more');
  await send(desk, 'n', `Second leak of this batch, ${run}.`);
  await said(desk, `Second leak of this batch, ${run}.`).waitFor();
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('r');
  await desk.keyboard.type(`/${shortcut.slice(0, 9)}`);
  await desk.waitForSelector(`[role=listbox] [aria-selected=true]:has-text("Thanks ${run}")`);
  await desk.keyboard.press('Enter');
  await desk.keyboard.press('Control+Enter');
  await world.until('the canned reply is out', () => world.told(`Thank you for your patience, ${nora}.`) > 0);
  tell('a note and a canned reply');
  await world.generic(`+44773${run}1`, omar, 'Is the lamp back in stock?');
  await desk.waitForSelector('[data-offer]');
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('t');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.waitForSelector(`[role=dialog] [role=option]:has-text("${viewer.agent.name}")`);
  await desk.keyboard.type(viewer.agent.name.split(' ')[0]);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog] textarea:focus');
  await desk.keyboard.type('She knows that a kettle is on its way');
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await desk.waitForSelector(`text=Transferred to ${viewer.agent.name}`);
  tell('passed on with a note');
  await take(desk, omar);
  await send(desk, 'r', `It is, shall I put one aside? ${run}`);
  await world.until('the next one is answered', () => world.told(`It is, shall I put one aside? ${run}`) > 0);
  await world.generic(`+44773${run}2`, `Pia ${run}`, 'My invoice is wrong');
  await desk.waitForSelector('[data-offer]');
  await resolve(desk);
  tell('the next one was answered and wrapped up');
  await take(desk, `Pia ${run}`);
  await resolve(desk);
  await desk.keyboard.press('p');
  await desk.keyboard.press('o');
  await desk.waitForSelector('nav [data-state-of-me=OFFLINE]');
  await untouched();
  tell('and off: the mouse was never touched');
  await desk.context().close();
}

/** Who knows what is coming types on, before it is there: nothing of that is lost, and nothing of it means something else. */
export async function typedAhead({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await desk.route(/(CommandBar|ResolveDialog).*\.js/, async (route) => {
    await new Promise((done) => setTimeout(done, 800));
    await route.continue();
  });
  await signIn(desk, url, awake()[0]);
  const goes = async (words, path) => {
    await desk.keyboard.press('Control+k');
    await desk.keyboard.type(words);
    await desk.keyboard.press('Enter');
    await desk.waitForURL(path);
  };
  await goes('Resolved', '**/inbox/resolved');
  await goes('Snoozed', '**/inbox/snoozed');
  assert.equal(await desk.locator('[role=dialog]').count(), 0, 'no other key was heard');
  tell('typed before the command bar had come, and done');
  await desk.keyboard.press('g');
  await desk.keyboard.press('i');
  await available(desk);
  await world.generic(`+44781${run}7`, `Ahead ${run}`, 'Just to say thanks');
  await take(desk, `Ahead ${run}`);
  const id = await desk.locator('[data-resolve]').getAttribute('data-resolve');
  await desk.keyboard.press('Escape');
  for (const key of ['e', '2', 'Enter']) await desk.keyboard.press(key);
  await desk.waitForSelector(`[data-resolve="${id}"]`, { state: 'detached' });
  const { conversation } = await world.query(world.admin, 'query($id: ID!) { conversation(id: $id) { lifecycle } }', { id });
  assert.equal(conversation.lifecycle, 'RESOLVED');
  tell('and so with a choice among several: e, 2, Enter');
  await desk.context().close();
}

/** What `?` names, as `place.action`. */
async function named(at) {
  await at.keyboard.press('Shift+?');
  await at.waitForSelector('[data-keys]');
  const names = await at.locator('[data-keys]').evaluateAll((lines) => lines.flatMap((line) => line.dataset.keys.split(' ')));
  await at.keyboard.press('Escape');
  await at.waitForSelector('[role=dialog]', { state: 'detached' });
  return names;
}

const dialog = async (at, ...keys) => {
  for (const key of keys) await at.keyboard.press(key);
  await at.waitForSelector('[role=dialog]');
  await at.waitForTimeout(150);
  await at.keyboard.press('Escape');
  await at.waitForSelector('[role=dialog]', { state: 'detached' });
};
const goes = async (at, keys, path) => {
  for (const key of keys) await at.keyboard.press(key);
  await at.waitForURL(path);
};
const stands = async (at, key, state) => {
  await at.keyboard.press('p');
  await at.keyboard.press(key);
  await at.waitForSelector(`nav [data-state-of-me=${state}]`);
};
/** Presses a key and waits until another element is meant than before. */
const moves = async (at, key, selector) => {
  const of = () => at.evaluate((found) => document.querySelector(found)?.textContent ?? '', selector);
  const before = await of();
  await at.keyboard.press(key);
  await at.waitForFunction(([found, was]) => (document.querySelector(found)?.textContent ?? '') !== was, [selector, before]);
};
const focusMoves = async (at, keys, selector) => {
  for (const key of keys) await moves(at, key, selector);
};

/** Keys of the desk, with two conversations in hand. */
function ofDesk(desk, world, run) {
  return {
    'global.command': () => dialog(desk, 'Control+k'),
    'global.help': () => dialog(desk, 'Shift+?'),
    'global.busy': () => stands(desk, 'b', 'BUSY'),
    'global.pause': () => stands(desk, 'p', 'BREAK'),
    'global.offline': () => stands(desk, 'o', 'OFFLINE'),
    'global.available': () => stands(desk, 'a', 'AVAILABLE'),
    'list.next': () => moves(desk, 'j', '[role=listitem] [aria-current=true]'),
    'list.previous': () => moves(desk, 'k', '[role=listitem] [aria-current=true]'),
    'list.decline': async () => {
      await world.generic(`+44776${run}3`, `Declined ${run}`, 'Nobody takes this');
      await desk.waitForSelector('[data-offer]');
      await desk.keyboard.press('x');
      await desk.waitForSelector('[data-offer]', { state: 'detached' });
    },
    'conversation.reply': () => focused(desk, 'r', 'Reply'),
    'conversation.note': () => focused(desk, 'n', 'Note'),
    'conversation.brief': async () => {
      await desk.keyboard.press('b');
      await desk.waitForSelector('section[aria-label="Hand-off brief"] button:focus');
      await desk.evaluate(() => document.activeElement.blur());
    },
    'conversation.transfer': () => dialog(desk, 't'),
    'conversation.consult': () => dialog(desk, 'c'),
    'conversation.snooze': () => dialog(desk, 's'),
    'conversation.hands': () => dialog(desk, 'h'),
    'conversation.later': () => dialog(desk, 'd'),
    'conversation.resolve': () => dialog(desk, 'e'),
    'conversation.edit': () => dialog(desk, 'l'),
    'conversation.answers': async () => {
      await desk.waitForSelector('[data-suggestion]');
      await desk.keyboard.press('a');
      await desk.waitForSelector('[data-insert]:focus');
      await desk.keyboard.press('Escape');
    },
    'conversation.draft': async () => {
      await desk.keyboard.press('w');
      await desk.waitForSelector('[data-draft]');
      await desk.evaluate(() => document.activeElement.blur());
    },
    'conversation.unsteps': async () => {
      await desk.waitForSelector('[data-suggested]');
      await desk.keyboard.press('i');
      await desk.waitForSelector('[data-suggested]', { state: 'detached' });
    },
    // With nothing suggested and none followed, one is chosen by hand.
    'conversation.steps': () => dialog(desk, 'f'),
    'conversation.card': async () => {
      const card = desk.locator('aside[aria-label="Customer card"]');
      const there = await card.count();
      await desk.keyboard.press('.');
      await card.waitFor({ state: there ? 'detached' : 'attached' });
      await desk.keyboard.press('.');
      await card.waitFor({ state: there ? 'attached' : 'detached' });
    },
  };
}

/** Keys while writing, then those that lead back to the list. */
function ofWriting(desk, run) {
  const typed = `Keys ${run}`;
  return {
    'writing.canned': async () => {
      await desk.keyboard.press('r');
      await desk.keyboard.type('/');
      await desk.waitForSelector('#canned');
      await desk.keyboard.press('Escape');
      await desk.keyboard.press('Backspace');
    },
    'writing.send': async () => {
      await desk.keyboard.press('Escape');
      await send(desk, 'n', typed);
      await said(desk, typed).waitFor();
    },
    'writing.leave': async () => {
      await desk.keyboard.press('Escape');
      await desk.waitForFunction(() => document.activeElement === document.body);
    },
    'writing.choose': async () => {
      await desk.keyboard.press('e');
      await desk.waitForSelector('[role=dialog] input[type=radio]:focus');
      for (const n of [2, 3, 4, 5, 1]) {
        await desk.keyboard.press(String(n));
        await desk.waitForFunction((at) => document.querySelectorAll('[role=dialog] input[type=radio]')[at - 1]?.checked, n);
      }
      await desk.keyboard.press('Escape');
      await desk.waitForSelector('[role=dialog]', { state: 'detached' });
    },
    'list.open': async () => {
      await desk.keyboard.press('g');
      await desk.keyboard.press('i');
      await desk.waitForURL('**/inbox');
      await desk.waitForSelector('[role=listitem] [aria-current=true]');
      await desk.evaluate(() => document.activeElement?.blur?.());
      await desk.keyboard.press('Enter');
      await desk.waitForURL(/inbox\/\w+\/cnv_/);
    },
    'global.inbox': async () => {
      await desk.goto(`${desk.url().split('/inbox')[0]}/inbox/resolved`);
      await desk.waitForSelector('nav [data-state-of-me]');
      await goes(desk, ['g', 'i'], '**/inbox');
    },
    'list.search': async () => {
      await goes(desk, ['/'], '**/search');
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.press('Escape');
    },
  };
}

/** Keys of customers and of the knowledge base, and of offers that come meanwhile. */
function ofPlaces(desk, world, run) {
  return {
    'global.customers': () => goes(desk, ['g', 'c'], '**/customers'),
    'customers.search': async () => {
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.press('Escape');
      await desk.keyboard.press('/');
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.press('Control+a');
      await desk.keyboard.type(`Key ${run}`);
      await desk.waitForFunction(() => document.querySelectorAll('[data-person]').length >= 2);
      await desk.keyboard.press('Escape');
    },
    'customers.next': () => focusMoves(desk, ['j', 'ArrowDown'], '[data-person]:focus'),
    'customers.previous': () => moves(desk, 'k', '[data-person]:focus'),
    'global.knowledge': async () => {
      await goes(desk, ['g', 'k'], '**/knowledge');
      await desk.waitForSelector('input[type=search]:focus');
    },
    'knowledge.search': async () => {
      await desk.keyboard.press('Escape');
      await desk.keyboard.press('/');
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.type(`kettle keys${run}`);
      await desk.waitForFunction(() => document.querySelectorAll('[data-hit]').length >= 2);
      await desk.keyboard.press('Escape');
    },
    'knowledge.next': () => focusMoves(desk, ['j', 'ArrowDown'], '[data-hit]:focus'),
    'knowledge.previous': () => moves(desk, 'k', '[data-hit]:focus'),
    'global.find': () => goes(desk, ['g', 'f'], '**/search'),
    'search.search': async () => {
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.press('Escape');
      await desk.keyboard.press('/');
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.type(`Key ${run}`);
      await desk.waitForFunction(() => document.querySelectorAll('[data-hit]').length >= 2);
      await desk.keyboard.press('Escape');
    },
    'search.next': () => focusMoves(desk, ['j', 'ArrowDown'], '[data-hit]:focus'),
    'search.previous': () => moves(desk, 'k', '[data-hit]:focus'),
    'elsewhere.decline': async () => {
      await world.generic(`+44776${run}4`, `Unread ${run}`, 'Nobody takes this either');
      await desk.waitForSelector('[data-offer]');
      await desk.keyboard.press('x');
      await desk.waitForSelector('[data-offer]', { state: 'detached' });
    },
    'elsewhere.take': async () => {
      await world.generic(`+44776${run}5`, `Afar ${run}`, 'Somebody takes this');
      await desk.waitForSelector('[data-offer]');
      await desk.keyboard.press('/');
      await desk.waitForSelector('input[type=search]:focus');
      await desk.keyboard.press('Control+Enter');
      await desk.waitForURL(/inbox\/\w+\/cnv_/);
    },
  };
}

async function focused(desk, key, name) {
  await desk.keyboard.press('Escape');
  await desk.keyboard.press(key);
  await desk.waitForSelector('textarea:focus');
  await desk.waitForSelector(`button[aria-pressed=true]:has-text("${name}")`);
  await desk.keyboard.press('Escape');
}

/** Two articles that fit what Key two wrote; the result takes them out of use. */
async function written(world, run) {
  const texts = [1, 2].map((n) => ({ audience: ['AGENT'], texts: [{ language: 'en', title: `The new kettle leaks keys${run} ${n}`, body: 'A person sends another kettle for the order.' }] }));
  const ids = await articles(world, `Keys ${run}`, texts);
  return async () => {
    for (const knowledgeArticleId of ids) await done(world, 'knowledgeArticleArchive', 'KnowledgeArticleArchiveInput', { knowledgeArticleId }, '');
  };
}

/** Keys of the set-up. */
function ofAdmin(admin, url) {
  const at = (path) => async () => {
    await admin.goto(`${url}/${path}`);
    await admin.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main .skeleton'));
  };
  return {
    'global.floor': () => goes(admin, ['g', 'w'], '**/floor'),
    'global.admin': () => goes(admin, ['g', 's'], '**/admin'),
    'admin.next': async () => {
      await at('admin/people')();
      await focusMoves(admin, ['j', 'ArrowDown', 'j'], '[data-row]:focus');
    },
    'admin.previous': () => focusMoves(admin, ['k', 'ArrowUp'], '[data-row]:focus'),
    'admin.last': () => moves(admin, 'End', '[data-row]:focus'),
    'admin.first': () => moves(admin, 'Home', '[data-row]:focus'),
    'admin.filter': async () => {
      await admin.keyboard.press('/');
      await admin.waitForSelector('input[aria-label=Filter]:focus');
      await admin.evaluate(() => document.activeElement.blur());
    },
    'admin.add': async () => {
      await admin.keyboard.press('n');
      await admin.waitForSelector('[data-sheet] input:focus');
    },
    'admin.save': async () => {
      await admin.keyboard.press('Control+s');
      await admin.waitForSelector('[data-sheet] [aria-invalid=true]:focus');
    },
    'admin.close': async () => {
      await admin.keyboard.press('Escape');
      await admin.waitForSelector('[data-sheet]', { state: 'detached' });
    },
    'admin.open': async () => {
      await at('admin/sites')();
      await admin.keyboard.press('j');
      await admin.waitForSelector('[data-row]:focus');
      await admin.keyboard.press('Enter');
      await admin.waitForSelector('[data-sheet] input:focus');
    },
    'admin.copy': async () => {
      const days = admin.getByRole('group', { name: /hours/i }).getByRole('textbox');
      await days.first().focus();
      await admin.keyboard.press('Control+a');
      await admin.keyboard.type('7-8');
      await admin.keyboard.press('Alt+ArrowDown');
      await admin.waitForFunction(() => /^0?7/.test(document.activeElement.value));
      await at('admin/sites')();
    },
  };
}

/** Keys of the floor's alerts: two of them. */
function ofFloor(floor, url, world, run) {
  const row = '[data-alert]:focus';
  return {
    'floor.next': async () => {
      await floor.goto(`${url}/floor`);
      for (const n of [7, 8]) await alarm(world, run, n);
      await floor.waitForFunction(() => document.querySelectorAll('[data-alert]').length >= 2);
      await focusMoves(floor, ['j', 'ArrowDown'], row);
    },
    'floor.previous': () => moves(floor, 'k', row),
    'floor.assign': async () => {
      await floor.locator('[data-alert]:has(button[title=W])').first().focus();
      await dialog(floor, 'w');
    },
    'floor.seen': async () => {
      await floor.locator('[data-alert]').first().focus();
      await floor.keyboard.press('a');
      await floor.getByText('seen by').first().waitFor();
    },
    'floor.end': async () => {
      const count = await floor.locator('[data-alert]').count();
      await floor.locator('[data-alert]').first().focus();
      await floor.keyboard.press('e');
      await floor.waitForFunction((n) => document.querySelectorAll('[data-alert]').length < n, count);
    },
    'floor.open': async () => {
      await floor.locator('[data-alert]').first().focus();
      await floor.keyboard.press('Enter');
      await floor.waitForURL(/inbox\/|customers\//);
    },
  };
}

/** Keys of the review of identities: two pairs. */
function ofReview(desk, url) {
  const pair = 'nav[aria-label=Pairs] [aria-current=true]';
  return {
    'review.next': async () => {
      // Pairs are found by a worker: the page shows those there are when it is opened.
      const pairs = desk.locator('nav[aria-label=Pairs] button');
      for (let tries = 0; tries < 30 && (await pairs.count()) < 2; tries++) {
        await desk.goto(`${url}/admin/review`);
        await desk.locator('[data-pair], h2').last().waitFor();
        await desk.waitForTimeout(400);
      }
      await moves(desk, 'j', pair);
    },
    'review.previous': () => moves(desk, 'k', pair),
    'review.apart': async () => {
      await desk.keyboard.press('n');
      await desk.getByText('They stay apart').first().waitFor();
    },
    'review.undo': async () => {
      await desk.keyboard.press('u');
      await desk.getByText('To be decided again').first().waitFor();
    },
    'review.same': async () => {
      await desk.waitForSelector('[data-pair] button:enabled');
      await desk.keyboard.press('y');
      await desk.getByText('Made one customer').first().waitFor();
      await desk.keyboard.press('u');
      await desk.getByText('Taken apart again').first().waitFor();
    },
  };
}

/** The overview names every key that works, and every key that it names works. */
export async function keys({ chrome, url, world, run, problems }) {
  const input = { shortcut: `keys${run}`, title: `Keys ${run}`, text: 'Keys', language: '' };
  await world.as('ada', saveReply, { input });
  const unwritten = await written(world, run);
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await world.generic(`+44776${run}1`, `Key ${run} one`, 'First in the list');
  await take(desk, `Key ${run} one`);
  await handedOver(world, `447763${run}2`, `Key ${run} two`);
  await take(desk, `Key ${run} two`);
  await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
  await desk.keyboard.press('Escape');
  const all = await named(desk);
  await accessible(desk, 'desk with a brief', problems);
  const unsuggested = await suggestion(world, awake()[0], run);
  const admin = await page(chrome, problems);
  await signIn(admin, url, 'ada');
  await admin.waitForSelector('nav a[href="/admin"]');
  const twins = (name, n) => ['K', 'C'].map((letter, half) => `${letter}atharina,${name}${run},1981-03-0${n},+4477${n}${run}${half},${name}${run}@example.net`);
  await table(world, ['given name,family name,birth date,phone,email', ...twins('Larkspur', 4), ...twins('Marigold', 5)]);
  await world.query(world.admin, rules, { rules: [{ name: `Keys ${run}`, alert: true, tags: [`loud${run}`] }] });
  const probes = { ...ofDesk(desk, world, run), ...ofWriting(desk, run), ...ofPlaces(desk, world, run), ...ofAdmin(admin, url), ...ofFloor(admin, url, world, run), ...ofReview(admin, url) };
  try {
    assert.deepEqual(Object.keys(probes).sort(), [...all].sort(), 'the overview and what is tried here are the same');
    for (const [name, probe] of Object.entries(probes)) {
      await probe().catch(async (error) => {
        await shoot(desk, `key-${name}-desk`);
        await shoot(admin, `key-${name}-admin`);
        throw new Error(`${name}: ${error.message}`);
      });
    }
  } finally {
    await unwritten();
    await unsuggested();
    await world.query(world.admin, rules, { rules: [] });
  }
  tell(`${all.length} keys do what the overview says`);
  for (const opened of [desk, admin]) await opened.context().close();
}
