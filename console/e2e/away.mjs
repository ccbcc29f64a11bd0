// What must reach somebody, or stay with them, while they are at something else.
import assert from 'node:assert/strict';
import { command } from './others.mjs';
import { accessible, available, awake, page, resolve, send, shoot, signIn, tell } from './setup.mjs';

/** Notices as the page makes them: the browser of the scenarios shows none. */
function doubled() {
  globalThis.made = [];
  globalThis.Notification = class {
    static permission = sessionStorage.getItem('consent') ?? 'default';
    static async requestPermission() {
      sessionStorage.setItem('consent', 'granted');
      return (this.permission = 'granted');
    }
    constructor(title, options) {
      this.entry = { title, body: options.body, closed: false };
      globalThis.made.push(this.entry);
    }
    close() {
      this.entry.closed = true;
    }
  };
  globalThis.aside = false;
  Object.defineProperty(document, 'hidden', { get: () => globalThis.aside });
}

/** Work finds an agent who reads, who looks at another window, and who holds a phone. */
export async function away({ chrome, url, world, run, problems }) {
  await world.clear();
  const desk = await page(chrome, problems);
  await desk.addInitScript(doubled);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await desk.waitForSelector('[data-consent]');
  await accessible(desk, 'empty inbox that asks', problems);
  await shoot(desk, 'empty-asks');
  assert.equal(await desk.evaluate(() => Notification.permission), 'default', 'nobody is asked by surprise');
  await desk.getByRole('button', { name: 'Tell me' }).press('Enter');
  await desk.waitForSelector('[data-consent]', { state: 'detached' });
  await desk.locator('nav [data-state-of-me]').click();
  const choice = desk.getByRole('menuitemcheckbox', { name: 'Desktop notices' });
  assert.equal(await choice.getAttribute('aria-checked'), 'true');
  await accessible(desk, 'menu of the person', problems);
  await shoot(desk, 'person-menu');
  await desk.keyboard.press('Escape');
  await desk.goto(`${url}/knowledge`);
  await desk.waitForSelector('nav [data-state-of-me=AVAILABLE]');
  await desk.evaluate(() => (globalThis.aside = true));
  await world.generic(`+44780${run}1`, `Afar ${run}`, 'Nobody else should read this');
  const strip = desk.locator('[data-offer]', { hasText: `Afar ${run}` });
  await strip.waitFor();
  assert.deepEqual(await desk.evaluate(() => globalThis.made), [{ title: `New work: Afar ${run}`, body: 'Webhook', closed: false }]);
  tell('who looks elsewhere is told, without the customer’s words');
  await desk.evaluate(() => (globalThis.aside = false));
  await accessible(desk, 'offer over the knowledge base', problems);
  await shoot(desk, 'offer-elsewhere');
  await desk.waitForSelector('input[type=search]:focus');
  await desk.keyboard.press('Control+Enter');
  await desk.waitForURL(/inbox\/\w+\/cnv_/);
  await desk.waitForSelector('textarea');
  assert.equal(await desk.evaluate(() => globalThis.made[0].closed), true);
  tell('taken by one key from another page; the notice goes with it');
  // In hand once the server has agreed.
  await desk.locator('[role=listitem]', { hasText: `Afar ${run}` }).waitFor();
  await desk.evaluate(() => (globalThis.aside = true));
  await world.generic(`+44780${run}1`, `Afar ${run}`, 'One more question');
  await desk.waitForFunction((name) => globalThis.made.some(({ title, closed }) => title.includes(name) && title.includes('wrote') && !closed), `Afar ${run}`);
  await desk.evaluate(() => ((globalThis.aside = false), dispatchEvent(new Event('focus'))));
  await desk.waitForFunction(() => globalThis.made.every(({ closed }) => closed));
  tell('a customer in hand who writes again is told as well, until one looks');
  await desk.setViewportSize({ width: 390, height: 844 });
  await world.generic(`+44780${run}2`, `Small ${run}`, 'Is anybody there?');
  const small = desk.locator('[data-offer]:visible', { hasText: `Small ${run}` });
  await small.waitFor();
  await accessible(desk, 'offer on a phone', problems);
  await shoot(desk, 'offer-390');
  await small.getByRole('button', { name: 'Accept' }).click();
  await desk.getByRole('heading', { name: `Small ${run}` }).waitFor();
  await desk.setViewportSize({ width: 1440, height: 900 });
  tell('on a phone an offer shows over the open conversation');
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  await desk.goto(`${url}/inbox/queue/${queues.find(({ name }) => name === 'Support').id}`);
  await desk.locator('[role=listitem]', { hasText: `Afar ${run}` }).waitFor();
  await command(desk, `Afar ${run}`);
  await desk.waitForURL(/inbox\/queue\/\w+\/cnv_/);
  await desk.getByRole('heading', { name: `Afar ${run}` }).waitFor();
  tell('found by the command bar from the list of a queue');
  await desk.goto(`${url}/inbox/mine`);
  await unsent(desk, world, [`Afar ${run}`, `Small ${run}`], `Slow words ${run}`, problems);
  await desk.goto(`${url}/inbox/mine`);
  await desk.locator('[role=listitem] a').first().click();
  await desk.waitForSelector('[data-resolve]');
  await resolve(desk);
  await desk.context().close();
}

/** A reply that is slow or refused holds up the end of its conversation; elsewhere it is told, and leads back. */
async function unsent(desk, world, [other, name], words, problems) {
  const held = [];
  const hold = (route) => (route.request().postData()?.includes('mutation MessageSend(') ? held.push(route) : route.fallback());
  await desk.route('**/graphql', hold);
  const open = async (who) => {
    await desk.locator('[role=listitem] a', { hasText: who }).click();
    await desk.getByRole('heading', { name: who }).waitFor();
    await desk.waitForSelector('textarea');
  };
  const end = async () => {
    await desk.waitForSelector('[data-resolve]');
    await desk.keyboard.press('e');
    await desk.waitForSelector('[role=dialog] input[type=radio]:focus');
    await desk.keyboard.press('2');
    await desk.keyboard.press('Enter');
  };
  await open(name);
  await send(desk, 'r', words);
  await world.until('the reply is on its way', () => held.length === 1);
  await open(other);
  const refused = { __typename: 'MessageSendPayload', item: null, userErrors: [{ __typename: 'UserError', code: 'INVALID', message: 'the text is not wanted', field: null }] };
  await held.shift().fulfill({ json: { data: { __typename: 'Mutation', messageSend: refused } } });
  const told = desk.locator('[role=status] p', { hasText: `${name}: what you wrote was not sent. The text is not wanted.` });
  await told.waitFor();
  await accessible(desk, 'a reply refused elsewhere', problems);
  await shoot(desk, 'refused-elsewhere');
  await desk.locator('[role=status] button:text-is("Open")').click();
  await desk.getByRole('heading', { name }).waitFor();
  await desk.waitForSelector('[data-outgoing=failed]');
  await told.waitFor({ state: 'detached' });
  tell('a reply that is refused meanwhile is told, and leads back');
  await end();
  await desk.locator('[role=dialog] [role=alert]', { hasText: 'was not sent' }).waitFor();
  await accessible(desk, 'unsent words before the end', problems);
  await shoot(desk, 'unsent');
  await desk.keyboard.press('Escape');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await desk.locator('[data-outgoing=failed] button:text-is("Try again")').click();
  await world.until('the reply is on its way again', () => held.length === 1);
  await end();
  await desk.locator('[role=dialog] button[disabled]', { hasText: 'Resolve' }).waitFor();
  await desk.waitForTimeout(500);
  assert.equal(await desk.locator('[data-resolve]').count(), 1, 'nothing ends before its words are sent');
  await held.shift().continue();
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await world.until('the reply arrives', () => world.told(words) > 0);
  assert.equal(world.told(words), 1);
  await desk.unroute('**/graphql', hold);
  tell('the end waits for what is on its way, and does not pass over what was refused');
}

/** What is unsaved in the set-up is kept, however one leads away. */
export async function unsaved({ chrome, url, problems }) {
  const admin = await page(chrome, problems);
  await signIn(admin, url, 'ada');
  await admin.waitForSelector('nav a[href="/admin"]');
  await admin.goto(`${url}/admin/skills`);
  await admin.waitForSelector('[data-add]');
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-sheet] input:focus');
  await admin.keyboard.type('Half a na');
  const asked = admin.getByRole('dialog');
  const ways = {
    'a link': () => admin.locator('nav a[href="/floor"]').click(),
    'keys': async () => {
      await admin.evaluate(() => document.activeElement?.blur?.());
      await admin.keyboard.press('g');
      await admin.keyboard.press('i');
    },
    'the command bar': async () => {
      await admin.keyboard.press('Control+k');
      await admin.waitForSelector('[role=dialog] input');
      await admin.keyboard.type('Floor');
      await admin.keyboard.press('Enter');
    },
    'the way back': () => admin.evaluate(() => history.back()),
    'signing out': async () => {
      await admin.locator('nav [data-state-of-me]').click();
      await admin.getByRole('menuitem', { name: 'Sign out' }).click();
    },
  };
  for (const [name, lead] of Object.entries(ways)) {
    await lead();
    await asked.getByText('Leave without saving?').waitFor();
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
    assert.match(admin.url(), /admin\/skills\/new$/, name);
    assert.equal(await admin.locator('[data-sheet] input').first().inputValue(), 'Half a na', name);
  }
  tell(`asked for by ${Object.keys(ways).join(', ')}: nothing was lost`);
  await admin.locator('nav a[href="/floor"]').click();
  await asked.getByRole('button', { name: 'Discard' }).click();
  await admin.waitForURL('**/floor');
  tell('and left when it was meant');
  await admin.context().close();
}
