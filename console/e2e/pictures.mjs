// The pictures of the documentation, made anew: SCENARIOS=pictures ./dev test e2e
import { articles, done } from './knowledge.mjs';
import { command, scene } from './others.mjs';
import { accessible, available, awake, page, signIn, take, tell } from './setup.mjs';
import { answered } from './steer.mjs';

const images = new URL('../../docs/images/', import.meta.url).pathname;

async function picture(at, name, problems) {
  await accessible(at, name, problems);
  await at.screenshot({ path: `${images}${name}.png` });
  tell(`docs/images/${name}.png`);
}

const hours = (text, days) => days.flatMap((weekday) => text.map(([startsMinute, endsMinute]) => ({ weekday, startsMinute, endsMinute })));

/** More places, one more queue, and a morning of work. */
async function furnish(world, run) {
  const split = [[540, 780], [840, 1080]];
  const lisbon = [...hours(split, [1, 2, 3, 4]), ...hours([[540, 780], [1320, 1800]], [5]), ...hours([[600, 840]], [6])];
  const { site } = await done(world, 'siteSave', 'SiteSaveInput', { name: 'Lisbon', timeZone: 'Europe/Lisbon', ring: 2, shifts: lisbon }, 'site { id }');
  await done(world, 'siteSave', 'SiteSaveInput', { name: 'Bogotá', timeZone: 'America/Bogota', ring: 3, shifts: hours([[540, 1260]], [1, 2, 3, 4, 5, 6, 7]) }, 'site { id }');
  for (const [day, reason, ...times] of [['2027-12-24', 'Christmas Eve', 540, 780], ['2027-12-25', 'Christmas']]) await done(world, 'siteExcept', 'SiteExceptInput', { siteId: site.id, day, reason, startsMinute: times[0], endsMinute: times[1] }, '');
  const { queues } = await world.query(world.admin, '{ queues { id name agentIds } }');
  const support = queues.find(({ name }) => name === 'Support');
  await done(world, 'queueSave', 'QueueSaveInput', { name: 'VIP', offerSeconds: 15, agentIds: support.agentIds.slice(0, 2) }, '');
  for (let n = 0; n < 12; n++) await answered(world, support, `${n % 10}${run.slice(1)}`);
  return site.id;
}

const kettle = [
  { audience: ['AGENT', 'PARTNER', 'BOT'], texts: [{ language: 'en', title: 'A kettle that leaks', body: 'A leaking kettle is replaced at once; you need not send the old one back.\n\nPlease tell us the number under the base. The new one leaves the same day and takes two days: https://harbour.example/kettle' }, { language: 'zh-Hans', title: '水壶漏水', body: '漏水的水壶可立即更换，旧水壶无需寄回。' }] },
  { audience: ['AGENT', 'CUSTOMER'], texts: [{ language: 'en', title: 'Sending something back', body: 'Within thirty days, in any box. The label is in the parcel.' }] },
  { audience: ['AGENT', 'BOT'], texts: [{ language: 'en', title: 'Spare parts of lamps', body: 'Shades and sockets can be ordered by the number under the foot.' }] },
];

async function ofAdmin(admin, url, world, site, problems) {
  const open = async (path, selector) => {
    await admin.goto(`${url}/${path}`);
    await admin.waitForSelector(selector);
    await admin.waitForFunction(() => !document.querySelector('main .skeleton'));
  };
  await open('floor/report', '[data-report=read] th[scope=row]');
  await picture(admin, 'report', problems);
  await open(`admin/sites/${site}`, '[data-exception]');
  await picture(admin, 'admin', problems);
  const [article] = await articles(world, 'Returns', kettle);
  await open(`admin/knowledge/${article}`, '[data-stands]');
  await picture(admin, 'knowledge', problems);
  await ofWebhooks(admin, url, world, problems);
  const { queues } = await world.query(world.admin, '{ queues { id name } }');
  await command(admin, 'language');
  await admin.waitForSelector('html[lang=zh-CN]');
  await open(`admin/queues/${queues.find(({ name }) => name === 'Billing').id}`, '[data-sheet] input:focus');
  await picture(admin, 'admin-zh', problems);
  await command(admin, 'english');
}

/** An endpoint that has heard of a conversation, with one of its posts open. */
async function ofWebhooks(admin, url, world, problems) {
  const target = (name) => `http://127.0.0.1:${process.env.PROVIDER_PORT ?? 8900}/${name}`;
  const save = (name, path) => done(world, 'webhookEndpointSave', 'WebhookEndpointSaveInput', { name, url: target(path), events: [] }, 'endpoint { id }');
  const { endpoint } = await save('CRM', 'crm');
  await save('Warehouse', 'warehouse');
  await world.generic('+447700900333', 'Hilda Berg', 'Is the big lamp back in stock?');
  await world.until('the CRM hears of it', () => world.heard.some(({ path, raw }) => path === '/crm' && raw.includes('message.received')));
  await admin.goto(`${url}/admin/webhooks/${endpoint.id}/log`);
  await admin.locator('[data-post=DELIVERED]', { hasText: 'message.received' }).first().locator('button').first().press('Enter');
  await admin.waitForSelector('[data-attempt]');
  await picture(admin, 'webhooks', problems);
}

/** A visitor and whoever answers, in a language and a light. */
async function chat(chrome, url, desk, world, { lang, scheme, name, says }, problems) {
  const site = await page(chrome, problems, { viewport: { width: 1000, height: 680 }, colorScheme: scheme });
  const account = world.accounts.webchat.id;
  await site.goto(`${url}/widget/demo?account=${account}&open&lang=${lang}`);
  const frame = site.frameLocator('iframe');
  const write = async (text) => {
    await frame.locator('textarea').fill(text);
    await frame.locator('textarea').press('Enter');
  };
  await write(says[0]);
  await take(desk, says[0].slice(0, 8));
  await desk.keyboard.press('r');
  await desk.keyboard.insertText(says[1]);
  await desk.keyboard.press('Control+Enter');
  await desk.keyboard.press('Escape');
  await frame.getByText(says[1]).waitFor();
  await write(says[2]);
  await frame.getByText(lang === 'zh' ? '已发送' : 'sent').last().waitFor();
  await site.waitForTimeout(500);
  await site.screenshot({ path: `${images}${name}.png` });
  tell(`docs/images/${name}.png`);
  await site.context().close();
}

const chats = [
  { lang: 'en', scheme: 'light', name: 'widget', says: ['Is the copper lamp in stock?', 'It is, four are left. Shall I put one aside for you?', 'Yes please, until Friday.'] },
  { lang: 'zh', scheme: 'dark', name: 'widget-zh-dark', says: ['你好，铜灯还有货吗？', '有的，还剩四盏。要为您留一盏吗？', '好的，留到周五，谢谢！'] },
];

export async function pictures({ chrome, url, world, run, problems }) {
  await world.clear();
  const site = await furnish(world, run);
  const [desk, other, admin] = [await page(chrome, problems), await page(chrome, problems), await page(chrome, problems)];
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await scene(desk, world, run);
  await picture(desk, 'desk', problems);
  await desk.emulateMedia({ colorScheme: 'dark' });
  await picture(desk, 'desk-dark', problems);
  await desk.emulateMedia({ colorScheme: 'light' });
  await command(desk, 'language');
  await desk.waitForSelector('html[lang=zh-CN]');
  await picture(desk, 'desk-zh', problems);
  await command(desk, 'language');
  await desk.keyboard.press('x');
  await signIn(other, url, awake()[1]);
  await other.waitForSelector('nav [data-state-of-me]');
  await other.keyboard.press('p');
  await other.keyboard.press('p');
  await signIn(admin, url, 'ada');
  await admin.goto(`${url}/floor`);
  await admin.locator('main tr', { hasText: 'Break' }).waitFor();
  await admin.waitForFunction(() => !document.querySelector('main .skeleton'));
  await picture(admin, 'floor', problems);
  // Nobody lets an offer pass meanwhile.
  for (const opened of [other, desk]) await opened.context().close();
  await world.tidy();
  await ofAdmin(admin, url, world, site, problems);
  const answers = await page(chrome, problems);
  await signIn(answers, url, awake()[0]);
  await available(answers);
  for (const one of chats) await chat(chrome, url, answers, world, one, problems);
  await world.generic('+447700900444', 'Oliver Marsh', 'My kettle leaks. Do you replace it?');
  await take(answers, 'Oliver Marsh');
  await answers.locator('[data-suggestion]').first().waitFor();
  await answers.keyboard.press('Escape');
  await answers.keyboard.press('a');
  await answers.waitForSelector('[data-insert]:focus');
  await picture(answers, 'suggestion', problems);
  for (const opened of [admin, answers]) await opened.context().close();
  await world.tidy();
}
