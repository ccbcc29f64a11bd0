// How long a person waits for the console: from opening the page to work on the screen, and from a key to its picture.
// Only when it is named: the machine decides as much as the code, so it is looked at on a quiet one.
import assert from 'node:assert/strict';
import { available, awake, page, resolve, signIn, take, tell } from './setup.mjs';

const OPENED = 7;

/** Runs before the page's own code: when work is on the screen, and what each key takes until it is painted. */
function watch() {
  const speed = (globalThis.speed = { usable: null, inputs: [] });
  const look = () => {
    if (speed.usable === null && document.querySelector('nav [data-state-of-me]') && document.querySelector('[role=listitem]')) {
      speed.usable = 0;
      // What stands in the document is seen a frame later.
      requestAnimationFrame(() => setTimeout(() => (speed.usable = performance.now())));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  const keep = (list) => speed.inputs.push(...list.getEntries().map(({ name, duration }) => ({ name, duration })));
  new PerformanceObserver(keep).observe({ type: 'event', durationThreshold: 16, buffered: true });
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

export async function speed({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await desk.addInitScript(watch);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const name = `Stella ${run}`;
  await world.whatsapp(`447700${run}7`, name, 'agent');
  await take(desk, name);
  const list = desk.url().replace(/\/inbox\/.*/, '/inbox/mine');
  const cache = await desk.context().newCDPSession(desk);
  await cache.send('Network.enable');
  for (const [how, cacheDisabled] of [['for the first time', true], ['again', false]]) {
    await cache.send('Network.setCacheDisabled', { cacheDisabled });
    const waits = [];
    for (let turn = 0; turn < OPENED; turn++) {
      await desk.goto(list);
      waits.push(await (await desk.waitForFunction(() => globalThis.speed.usable || null)).jsonValue());
    }
    assert.ok(median(waits) <= 1000, `opened ${how}: ${Math.round(median(waits))} ms, bound 1,000`);
    tell(`the desk opened ${how}: work on the screen after ${Math.round(median(waits))} ms (median of ${OPENED}; ${waits.map(Math.round).join(', ')})`);
  }
  const kinds = {};
  for (const [kind, hands] of Object.entries(doings(desk, name))) {
    await desk.evaluate(() => (globalThis.speed.inputs.length = 0));
    const keys = await hands();
    await desk.waitForTimeout(400);
    const slow = await desk.evaluate(() => globalThis.speed.inputs.filter((input) => /key|click|pointer|input/.test(input.name)).map((input) => input.duration));
    kinds[kind] = { keys, worst: Math.max(0, ...slow) };
  }
  for (const [kind, { keys, worst }] of Object.entries(kinds)) tell(`${kind}: ${keys} keys, the slowest painted after ${worst || 'less than 16'} ms`);
  const worst = Math.max(...Object.values(kinds).map((kind) => kind.worst));
  assert.ok(worst <= 100, `from a key to its picture: ${worst} ms, bound 100`);
  tell(`of all: ${worst} ms`);
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('Escape');
  await resolve(desk);
  await desk.context().close();
}

/** What hands do all day; each tells how many keys that were. */
function doings(desk, name) {
  const press = async (...keys) => {
    for (const key of keys) {
      await desk.keyboard.press(key);
      await desk.waitForTimeout(120);
    }
    return keys.length;
  };
  const type = async (text) => {
    await desk.keyboard.type(text, { delay: 30 });
    return text.length;
  };
  return {
    'up and down the list': async () => press(...'jkjkjk'),
    'opening a conversation': async () => {
      const keys = await press('j', 'Enter');
      await desk.waitForSelector('textarea');
      await desk.waitForTimeout(600);
      return keys;
    },
    'writing a reply': async () => {
      await press('r');
      await desk.waitForSelector('textarea:focus');
      return type('Good morning, your kettle is on its way and should be there by noon.');
    },
    'a canned reply': async () => {
      await press('Control+a', 'Delete');
      return (await type('/th')) + (await press('Escape', 'Control+a', 'Delete', 'Escape'));
    },
    'dialogs': async () => press('t', 'Escape', 's', 'Escape', 'e', 'Escape', 'd', 'Escape', 'Shift+?', 'Escape'),
    'the command bar': async () => {
      await press('Control+k');
      return (await type(name.slice(0, 6))) + (await press('Escape'));
    },
    'the card': async () => press('.', '.'),
    'between views': async () => {
      let keys = 0;
      for (const view of ['Resolved', 'Open', 'Mine']) {
        await press('Control+k');
        keys += 2 + (await type(view)) + (await press('Enter'));
        await desk.waitForTimeout(300);
      }
      await press('j', 'Enter');
      await desk.waitForSelector('[data-resolve]');
      return keys;
    },
  };
}
