// The visitor of a site, the supervisor, and what pages look like.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { handedOver } from './agent.mjs';
import { answered } from './steer.mjs';
import { accessible, available, awake, looked, page, resolve, said, send, shoot, signIn, take, tell } from './setup.mjs';

/** Widget and agent talk, over a reload, a cut and the end of the conversation. */
export async function widget({ chrome, url, world, run, problems }) {
  const [site, desk] = [await page(chrome, problems), await page(chrome, problems)];
  let off = false;
  const sockets = [];
  await site.routeWebSocket(/graphql\/ws/, (socket) => {
    if (off) return void socket.close({ code: 1001 });
    socket.connectToServer();
    sockets.push(socket);
  });
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const account = /cha_\w+/.exec(world.accounts.webchat.webhookUrl)?.[0];
  const framed = await fetch(`${url}/widget/index.html?account=${account}`);
  assert.match(framed.headers.get('content-security-policy') ?? '', /frame-ancestors 'self' \*$/);
  await site.goto(`${url}/widget/demo?account=${account}&open`);
  const frame = site.frameLocator('iframe');
  const says = async (text) => {
    await frame.locator('textarea').fill(text);
    await frame.locator('textarea').press('Enter');
  };
  const hears = (text) => frame.getByText(text, { exact: true });
  await says(`Is my lamp in stock? ${run}`);
  await take(desk, run);
  tell('a visitor wrote, the agent took it');
  await writing({ site, desk, frame, problems });
  await send(desk, 'r', 'Yes, it is. Shall I reserve it?');
  await hears('Yes, it is. Shall I reserve it?').waitFor();
  tell('the answer is in the widget');
  await says('Yes please, for tomorrow.');
  await said(desk, 'Yes please, for tomorrow.').waitFor();
  await amend({ desk, frame, hears, problems });
  await accessible(site.frames()[1], 'widget', problems);
  await shoot(site, 'widget');
  off = true;
  for (const socket of sockets) await socket.close({ code: 1001 });
  await send(desk, 'r', 'Reserved under your name.');
  await desk.waitForSelector('[data-outgoing]', { state: 'detached' });
  off = false;
  await hears('Reserved under your name.').waitFor();
  tell('a cut loses no answer');
  await site.reload();
  await hears('Reserved under your name.').waitFor();
  for (const text of [`Is my lamp in stock? ${run}`, 'Yes please, for tomorrow.', 'Reserved under your name.']) {
    assert.equal(await hears(text).count(), 1, text);
  }
  tell('a reload shows all of it, once');
  await resolve(desk);
  await says(`One more thing ${run}`);
  await take(desk, `One more thing ${run}`);
  await send(desk, 'r', 'Of course, tell me.');
  await hears('Of course, tell me.').waitFor();
  await send(desk, 'r', 'All of them: https://example.org/lamps.');
  for (const at of [frame, desk]) assert.equal(await at.getByRole('link', { name: 'https://example.org/lamps', exact: true }).getAttribute('target'), '_blank');
  tell('after the conversation was resolved, a new one is answered in the same window; addresses can be opened');
  await frame.locator('textarea').press('Escape');
  await site.waitForFunction(() => document.querySelector('iframe') === null || document.body.lastElementChild?.shadowRoot?.querySelector('iframe')?.hidden);
  await elsewhere({ site, desk, hears, page: `${url}/widget/demo?account=${account}` });
  await resolve(desk);
  await site.context().close();
  await desk.context().close();
}

/** On other pages of the site the chat is closed: its button tells of answers until they are seen. */
async function elsewhere({ site, desk, hears, page }) {
  const unread = (count) => site.locator('button i:not([hidden])', { hasText: String(count) }).waitFor();
  await site.goto(page);
  await send(desk, 'r', 'It is on its way.');
  await unread(1);
  await site.goto(page);
  await unread(1);
  await send(desk, 'r', 'You have a mail with the number.');
  await unread(2);
  await site.getByRole('status').getByText('2 new messages').waitFor();
  await site.getByRole('button', { name: 'Open chat, 2 new messages', exact: true }).click();
  await hears('You have a mail with the number.').waitFor();
  assert.equal(await site.locator('button i:not([hidden])').count(), 0);
  tell('the button tells of answers on whatever page they come, until they are seen');
}

/** Each side sees the other write, for as long as they do; a note is nobody's business. */
async function writing({ site, desk, frame, problems }) {
  const theirs = frame.getByText('Support is typing…');
  let told = 0;
  desk.on('request', (request) => (told += request.postData()?.includes('typingShow') ? 1 : 0));
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('n');
  await desk.keyboard.type('They sound hurried');
  await desk.waitForTimeout(300);
  assert.equal(told, 0, 'a note is told');
  for (let n = 0; n < 18; n += 1) await desk.keyboard.press('Backspace');
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('r');
  await desk.keyboard.type('Let me have a look');
  await theirs.waitFor();
  assert.equal(told, 1, 'each letter is told');
  await accessible(site.frames()[1], 'widget, typing', problems);
  await shoot(site, 'widget-typing');
  await site.emulateMedia({ colorScheme: 'dark' });
  await shoot(site, 'widget-typing-dark');
  await site.emulateMedia({ colorScheme: 'light' });
  await desk.keyboard.press('Control+Enter');
  await frame.getByText('Let me have a look', { exact: true }).waitFor();
  await theirs.waitFor({ state: 'detached', timeout: 2000 });
  await frame.locator('textarea').pressSequentially('Thank');
  await desk.waitForSelector('[data-writing]');
  await looked(desk, 'desk-typing', problems);
  await frame.locator('textarea').pressSequentially(' you.');
  await frame.locator('textarea').press('Enter');
  await said(desk, 'Thank you.').waitFor();
  await desk.waitForSelector('[data-writing]', { state: 'detached', timeout: 2000 });
  // Who stops is not shown for ever.
  await frame.locator('textarea').pressSequentially('And one', { delay: 200 });
  await desk.waitForSelector('[data-writing]');
  await desk.waitForSelector('[data-writing]', { state: 'detached', timeout: 9000 });
  await frame.locator('textarea').fill('');
  tell('each side sees the other write');
}

/** What the agent said is changed and withdrawn, what the visitor said is reacted to: both are in the widget. */
async function amend({ desk, frame, hears, problems }) {
  const change = async (text) => {
    await desk.locator('article', { hasText: text }).locator('[data-change]').press('Enter');
    await desk.waitForSelector('[role=dialog] form');
  };
  await change('Yes please, for tomorrow.');
  await accessible(desk, 'reactions', problems);
  await desk.locator('[role=dialog] [aria-pressed]', { hasText: '👍' }).press('Enter');
  await frame.getByText('👍').waitFor();
  await change('Yes, it is. Shall I reserve it?');
  await desk.getByLabel('Text', { exact: true }).fill('Yes, it is. Shall I put one aside?');
  await shoot(desk, 'message-change');
  await desk.keyboard.press('Control+Enter');
  await hears('Yes, it is. Shall I put one aside?').waitFor();
  await change('Yes, it is. Shall I put one aside?');
  await desk.getByRole('button', { name: 'Withdraw' }).press('Enter');
  await desk.getByRole('button', { name: 'Withdraw it for good' }).press('Enter');
  await hears('Yes, it is. Shall I put one aside?').waitFor({ state: 'detached' });
  tell('what was said is changed, withdrawn and reacted to');
}

/** A site says who its visitor is: the anonymous chat goes on, and the agent sees the customer the tenant knows. */
export async function known({ chrome, url, world, run, problems }) {
  const [site, desk] = [await page(chrome, problems), await page(chrome, problems)];
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const account = /cha_\w+/.exec(world.accounts.webchat.webhookUrl)?.[0];
  await site.goto(`${url}/widget/demo?account=${account}&open&lang=en`);
  const frame = site.frameLocator('iframe');
  const says = async (text) => {
    await frame.locator('textarea').fill(text);
    await frame.locator('textarea').press('Enter');
  };
  await says(`Do you ship to Oslo? ${run}`);
  await take(desk, run);
  const token = world.siteToken(account, { sub: `C-${run}`, name: `Ida ${run}`, email: `ida${run}@example.org` });
  await site.evaluate((value) => window.Meridian('identify', value), token);
  await says(`I am signed in now ${run}`);
  await said(desk, `I am signed in now ${run}`).waitFor();
  await desk.locator('aside').getByText(`C-${run}`).waitFor();
  await desk.locator('aside').getByText(`ida${run}@example.org`).waitFor();
  await desk.locator('aside').getByText('Proven by your site').first().waitFor();
  await frame.getByText(`Do you ship to Oslo? ${run}`, { exact: true }).waitFor();
  tell('anonymous became known, in one conversation');
  const [chat, talks] = [`meridian.chat.${account}`, `meridian.talks.${account}`];
  const before = await site.evaluate((key) => localStorage[key], chat);
  await site.evaluate(() => window.Meridian('logout'));
  await frame.getByText(`I am signed in now ${run}`).waitFor({ state: 'detached' });
  // The same on a page that has not loaded the chat, for somebody who wrote long ago.
  await site.waitForFunction((key) => localStorage[key] === undefined, talks);
  await site.goto(`${url}/widget/demo`);
  await site.evaluate((values) => Object.assign(localStorage, values), { [chat]: before, [talks]: '1' });
  await site.goto(`${url}/widget/demo?account=${account}&lang=en`);
  const button = site.getByRole('button', { name: 'Open chat' });
  await button.waitFor();
  assert.equal(await site.locator('iframe').count(), 0);
  await site.evaluate(() => window.Meridian('logout'));
  await site.waitForFunction((key) => localStorage[key] === undefined, talks);
  await button.click();
  await frame.locator('.hello').first().waitFor();
  assert.equal(await frame.getByText(`I am signed in now ${run}`).count(), 0);
  tell('who leaves the site leaves nothing behind');
  await site.goto(`${url}/widget/demo?account=${account}&open&lang=zh`);
  await site.getByText('此页代表您自己的网站').waitFor();
  await frame.locator('textarea').waitFor();
  await accessible(site, 'demo page, zh', problems);
  await accessible(site.frames()[1], 'widget, zh', problems);
  await shoot(site, 'widget-zh');
  await resolve(desk);
  await site.context().close();
  await desk.context().close();
}

const capSave = 'mutation($q: ID!, $c: QueueCapInput) { queueCapSave(input: { queueId: $q, cap: $c }) { userErrors { message } } }';

/** Who waits knows their place, may be answered later or wait after all, and shows a file. */
export async function line({ chrome, url, world, run, problems }) {
  const [site, desk] = [await page(chrome, problems), await page(chrome, problems)];
  await signIn(desk, url, awake()[0]);
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  const q = queues.find(({ name }) => name === 'Support').id;
  const cap = async (c) => assert.deepEqual((await world.query(world.admin, capSave, { q, c })).queueCapSave.userErrors, []);
  await cap({ mostWaiting: 1, beyond: 'CALLBACK', message: 'Many people write just now.' });
  try {
    await world.generic(`+44778${run}1`, `Before ${run}`, 'I came first');
    const account = /cha_\w+/.exec(world.accounts.webchat.webhookUrl)?.[0];
    await site.goto(`${url}/widget/demo?account=${account}&open&lang=en`);
    const frame = site.frameLocator('iframe');
    await world.until('the first one waits', async () => (await world.query(world.admin, '{ queues { id depth { waiting } } }')).queues.find(({ id }) => id === q).depth.waiting > 0);
    await frame.locator('textarea').fill(`My lamp is dark ${run}`);
    await frame.locator('textarea').press('Enter');
    await frame.getByText('You are number 2 in line').waitFor();
    await accessible(site.frames()[1], 'widget in line', problems);
    await shoot(site, 'widget-line');
    await frame.getByRole('button', { name: 'Answer me later' }).click();
    await frame.getByText('We answer you').waitFor();
    await shoot(site, 'widget-later');
    await frame.getByRole('button', { name: 'I would rather wait' }).click();
    await frame.getByText('You are number 2 in line').waitFor();
    tell('the place in line, a promise for later, and back in line');
    await frame.locator('input[type=file]').setInputFiles({ name: 'lamp.csv', mimeType: 'text/csv', buffer: Buffer.from('lamp,dark') });
    await frame.getByRole('link', { name: 'lamp.csv' }).waitFor();
    await frame.locator('input[type=file]').setInputFiles({ name: 'lamp.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') });
    await frame.getByText('choose it again, or another format').waitFor();
    await available(desk);
    // The newest message, which the offer shows, is the file.
    await take(desk, 'Unknown customer');
    await desk.getByRole('link', { name: 'lamp.csv' }).first().waitFor();
    await frame.getByText('in line').waitFor({ state: 'detached' });
    tell('a file that the visitor showed, a program that was not kept');
    await resolve(desk);
  } finally {
    await cap(null);
  }
  await site.context().close();
  await desk.context().close();
}

/** Nobody is there: the visitor knows until when, and leaves an address with the first words. */
export async function closed({ chrome, url, world, run, problems }) {
  const [site, desk] = [await page(chrome, problems), await page(chrome, problems)];
  const account = /cha_\w+/.exec(world.accounts.webchat.webhookUrl)?.[0];
  const opensAt = new Date(Date.now() + 26 * 3_600_000).toISOString();
  await site.route(`**/chat/${account}`, (route) => route.fulfill({ json: { open: false, opens_at: opensAt } }));
  await site.goto(`${url}/widget/demo?account=${account}&open&lang=en`);
  const frame = site.frameLocator('iframe');
  await frame.getByText('We are back').waitFor();
  await accessible(site.frames()[1], 'widget, closed', problems);
  await shoot(site, 'widget-closed');
  await frame.getByRole('textbox', { name: 'Your e-mail' }).fill(`night${run}@example.org`);
  await frame.getByRole('textbox', { name: 'Write a message' }).fill(`Do you repair lamps? ${run}`);
  await frame.getByRole('textbox', { name: 'Write a message' }).press('Enter');
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await take(desk, run);
  await desk.locator('aside').getByText(`night${run}@example.org`).waitFor();
  tell('an address left at night stands on the card');
  await resolve(desk);
  await site.context().close();
  await desk.context().close();
}

/** A bot answers first; the visitor would rather have a person, asks for one by a button, and gets one with a brief. */
export async function person({ chrome, url, world, run, problems }) {
  const account = world.accounts.webchat;
  const give = 'mutation($input: ChannelAccountUpdateInput!) { channelAccountUpdate(input: $input) { userErrors { message } } }';
  const answers = async (botId) => assert.deepEqual((await world.query(world.admin, give, { input: { channelAccountId: account.id, botId } })).channelAccountUpdate.userErrors, []);
  const [site, desk] = [await page(chrome, problems), await page(chrome, problems)];
  world.lines = [{ text: 'Hi, I am Dory. What is it about?', buttons: [{ title: 'Order status', payload: 'status' }, 'Something else'] }, 'Thank you. Order 48213 is a kettle, delivered on 12 March.'];
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await answers(world.bot);
  try {
    // An account that was opened a moment ago is trusted for two seconds.
    await site.waitForTimeout(2500);
    await site.goto(`${url}/widget/demo?account=${account.id}&open&lang=en`);
    const frame = site.frameLocator('iframe');
    await frame.locator('textarea').fill(`My lamp flickers ${run}`);
    await frame.locator('textarea').press('Enter');
    await frame.getByText('Hi, I am Dory.').waitFor();
    await frame.getByRole('group', { name: 'Choose an answer' }).getByRole('button').nth(1).waitFor();
    await shoot(site, 'widget-buttons');
    await frame.getByRole('button', { name: 'Order status' }).press('Enter');
    await frame.getByText('Thank you. Order 48213').waitFor();
    assert.equal(await frame.getByRole('group', { name: 'Choose an answer' }).count(), 0, 'what was chosen can be chosen again');
    const told = world.seen.filter(({ path }) => path.startsWith('/bot')).map(({ body }) => body?.data?.message?.choice).filter(Boolean).at(-1);
    assert.deepEqual(told, { payload: 'status', title: 'Order status' });
    tell('a button of the bot was chosen, and the bot told which');
    const ask = frame.getByRole('button', { name: 'Talk to a person' });
    await accessible(site.frames()[1], 'widget with a bot', problems);
    await shoot(site, 'widget-bot');
    await ask.press('Enter');
    await frame.getByText('We are getting a person for you').waitFor();
    await take(desk, run);
    await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
    await send(desk, 'r', `A person here ${run}`);
    await frame.getByText(`A person here ${run}`).waitFor();
    await ask.waitFor({ state: 'detached' });
    tell('asked for by a button, a person came, with a brief');
    await resolve(desk);
  } finally {
    await answers(null);
  }
  await site.context().close();
  await desk.context().close();
}

/** A supervisor forces a state; the floor and the agent see it. */
export async function supervisor({ chrome, url, world, run, problems }) {
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  await answered(world, queues.find(({ name }) => name === 'Support'), run);
  const [floor, desk] = [await page(chrome, problems), await page(chrome, problems)];
  const [login] = awake();
  await signIn(desk, url, login);
  await available(desk);
  await signIn(floor, url, 'sam');
  await floor.waitForSelector('nav a[href="/floor"]');
  await floor.keyboard.press('g');
  await floor.keyboard.press('w');
  const name = login === 'ana' ? 'Ana Duarte' : 'Mei Lin';
  const row = floor.locator('tr', { hasText: name });
  for (const [state, code] of [['Break', 'BREAK'], ['Available', 'AVAILABLE']]) {
    await row.getByRole('button', { name: 'Set state' }).click();
    await floor.locator('[role=menuitem]', { hasText: state }).click();
    await floor.waitForSelector(`tr:has-text("${name}"):has-text("${state}")`);
    await desk.waitForSelector(`nav [data-state-of-me=${code}]`);
  }
  tell('the supervisor forces a state; the floor and the agent see it');
  await floor.getByRole('link', { name: 'Report' }).press('Enter');
  await floor.waitForSelector('[data-report=read] th[scope=row]:has-text("Support")');
  for (const choice of ['7 days', 'People', 'Skills', 'Queues']) await floor.getByRole('button', { name: choice }).press('Enter');
  await floor.waitForSelector('[data-report=read] th[scope=row]:has-text("Support")');
  await floor.locator('select').selectOption('60');
  await floor.getByRole('columnheader', { name: 'In 1:00' }).waitFor();
  const [file] = await Promise.all([floor.waitForEvent('download'), floor.getByRole('button', { name: 'CSV' }).press('Enter')]);
  assert.match(readFileSync(await file.path(), 'utf8'), /^\ufeffname,offered,.*\r\n(.*\r\n)*Support,\d+,/);
  tell('the report by queue, person and skill, and as a file');
  await floor.context().close();
  await desk.context().close();
}

const people = [
  ['Oliver Marsh', 'My invoice shows the delivery twice, could you check it?'],
  ['李娜', '你好，我想把订单改到周五送达，可以吗？'],
  ['Jonas Weber', 'Does the kettle come in black too?'],
];

/** Gives the work of a customer to whoever works, by hand. */
async function given(desk, world, name) {
  const { viewer } = await world.as(awake()[0], '{ viewer { agent { id } } }');
  const open = '{ conversations(view: OPEN, first: 50) { nodes { customer { name } workItems { id state } } } }';
  const work = await world.until(`work of ${name}`, async () => {
    const { nodes } = (await world.query(world.admin, open)).conversations;
    return nodes.filter(({ customer }) => customer?.name === name).flatMap(({ workItems }) => workItems).find(({ state }) => ['queued', 'offered'].includes(state));
  });
  const assign = 'mutation($w: ID!, $a: ID!) { workAssign(input: { workItemId: $w, agentId: $a }) { userErrors { message } } }';
  assert.deepEqual((await world.query(world.admin, assign, { w: work.id, a: viewer.agent.id })).workAssign.userErrors, []);
  await desk.locator('[role=listitem]', { hasText: name }).waitFor();
}

/** A desk in the middle of a day: a hand-off that was answered, three in hand, and an offer. */
export async function scene(desk, world, run) {
  for (const [index, [name, text]] of people.entries()) {
    await world.generic(`+44771${run}${index}`, name, text);
    // Who is awake may not speak Chinese: then it is not offered to them by itself.
    if (name === '李娜') await given(desk, world, name);
    else await take(desk, name);
  }
  await send(desk, 'r', 'Yes, in black and white. Shall I put one aside for you?');
  await desk.keyboard.press('Escape');
  await handedOver(world, `447711${run}0`, 'Nora Pike');
  await take(desk, 'Nora Pike');
  await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
  await send(desk, 'r', 'I am sorry about that, Nora. A new kettle leaves today, and you need not send the old one back.');
  await send(desk, 'n', 'Second leak of this batch: tell the warehouse.');
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('r');
  await desk.keyboard.press('Escape');
  await desk.waitForSelector('[data-outgoing]', { state: 'detached' });
  await desk.waitForTimeout(6000);
  await world.generic(`+44771${run}9`, 'Sofia Rossi', 'Can I still change the colour of my order 51877?');
  await desk.waitForSelector('[data-offer]');
}

/** Every page, in light, dark and Chinese: looked at by axe, and kept as a picture. */
export async function looks({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await desk.goto(`${url}/inbox/mine`);
  await desk.waitForSelector('form');
  await accessible(desk, 'sign-in', problems);
  await shoot(desk, 'sign-in');
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await desk.waitForSelector('text=Nothing in hand');
  await accessible(desk, 'empty inbox', problems);
  await shoot(desk, 'empty');
  await scene(desk, world, run);
  await accessible(desk, 'desk, light', problems);
  await shoot(desk, 'desk-light');
  await desk.emulateMedia({ colorScheme: 'dark' });
  await accessible(desk, 'desk, dark', problems);
  await shoot(desk, 'desk-dark');
  await desk.emulateMedia({ colorScheme: 'light' });
  await command(desk, 'language');
  await desk.waitForSelector('html[lang=zh-CN]');
  await accessible(desk, 'desk, zh', problems);
  await shoot(desk, 'desk-zh');
  await command(desk, 'language');
  await desk.waitForSelector('html[lang=en]');
  await desk.keyboard.press('x');
  await desk.waitForSelector('[data-offer]', { state: 'detached' });
  await small(desk);
  const dialogs = [['Shift+?', 'shortcuts'], ['Control+k', 'command bar'], ['t', 'transfer'], ['s', 'snooze'], ['d', 'later'], ['e', 'resolve']];
  for (const scheme of ['light', 'dark']) {
    await desk.emulateMedia({ colorScheme: scheme });
    for (const [key, name] of dialogs) {
      await desk.keyboard.press(key);
      await desk.waitForSelector('[role=dialog]');
      await accessible(desk, `${name}, ${scheme}`, problems, scheme === 'dark' ? 'color-contrast' : undefined);
      await shoot(desk, `${name.replace(' ', '-')}-${scheme}`);
      await desk.keyboard.press('Escape');
      await desk.waitForSelector('[role=dialog]', { state: 'detached' });
    }
  }
  await desk.emulateMedia({ colorScheme: 'light' });
  await desk.goto(`${url}/customers`);
  await desk.waitForSelector('input[type=search]:focus');
  await desk.keyboard.type('Nora');
  await desk.locator('[data-person]').first().waitFor();
  await accessible(desk, 'customers', problems);
  await shoot(desk, 'customers');
  tell('the desk in light, dark and Chinese');
  const admin = await page(chrome, problems);
  await signIn(admin, url, 'ada');
  for (const route of routes) await place(admin, url, route, (name) => looked(admin, name, problems));
  tell('floor and admin in light and dark');
  await admin.goto(`${url}/inbox/mine/cnv_00000000000000000000000000000000`);
  await admin.waitForSelector('text=There is no such conversation');
  await admin.goto(`${url}/widget/demo`);
  await accessible(admin, 'demo page', problems);
  await admin.context().close();
  await desk.context().close();
}

const areas = ['setup', 'sites', 'branches', 'people', 'skills', 'queues', 'codes', 'capacity', 'red', 'intents', 'whatif', 'emergency', 'replies', 'knowledge', 'review', 'values', 'verifiers', 'import', 'channels', 'bots', 'webhooks', 'keys', 'unknown', 'audit'];
const routes = ['floor', 'floor/report', 'floor/scheduled', 'knowledge', 'search', ...areas.map((area) => `admin/${area}`)];

/** Floor and admin in Chinese, as pictures to look at: that no word is missing is the dictionaries' own test. */
export async function chinese({ chrome, url, problems }) {
  const admin = await page(chrome, problems);
  await signIn(admin, url, 'ada');
  await command(admin, 'language');
  await admin.waitForSelector('html[lang=zh-CN]');
  for (const route of routes) await place(admin, url, route, (name) => shoot(admin, `${name}-zh`));
  await command(admin, 'english');
  await admin.context().close();
}

/** Looks at a page as it stands, and with the sheet of its first row or of something new. */
async function place(admin, url, route, look) {
  const name = route.replace('/', '-');
  await admin.goto(`${url}/${route}`);
  await admin.waitForSelector('main h1');
  await admin.waitForFunction(() => !document.querySelector('main .skeleton, main [data-failed]'));
  await look(name);
  const adds = (await admin.locator('[data-add]').count()) > 0;
  if ((await admin.locator('[data-row]').count()) > 0) await admin.locator('[data-row]').first().press('Enter');
  else if (adds) await admin.keyboard.press('n');
  else return;
  await admin.waitForSelector('[data-sheet]');
  await look(`${name}-sheet`);
}

/** What the command bar finds first for some words. */
export async function command(desk, text) {
  await desk.keyboard.press('Control+k');
  await desk.waitForSelector('[role=dialog] input');
  await desk.keyboard.type(text);
  await desk.keyboard.press('Enter');
  // Of itself: what it opens may be a dialog too.
  await desk.waitForSelector('#commands', { state: 'detached' });
}

/** Nothing is cut off on a small laptop or a phone. */
async function small(desk) {
  for (const [width, height] of [[1366, 768], [390, 844]]) {
    await desk.setViewportSize({ width, height });
    await shoot(desk, `desk-${width}`);
    const over = await desk.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} px too wide at ${width}`);
  }
  await desk.setViewportSize({ width: 1440, height: 900 });
}
