// The tenant's own system is asked about a customer: set up and tried by an admin, shown to an agent, in trouble, mended.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { command } from './others.mjs';
import { accessible, available, awake, looked, page, shoot, signIn, take, tell } from './setup.mjs';
import { inChinese } from './work.mjs';

const SAVE = 'mutation($i: CustomerLookupSaveInput!) { customerLookupSave(input: $i) { userErrors { message } } }';

/** By keyboard; the secret as it is shown once. */
async function setUp(admin, address, path, world, problems) {
  await admin.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('main .skeleton'));
  await looked(admin, 'lookup-empty', problems);
  await admin.getByLabel('Address', { exact: true }).fill('not an address');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('main [aria-invalid=true]:focus');
  await admin.getByLabel('Address', { exact: true }).fill(address);
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-secret]');
  const secret = await admin.locator('[data-secret] input').inputValue();
  assert.match(secret, /^whsec_/);
  await accessible(admin, 'look-up secret', problems);
  await shoot(admin, 'lookup-secret');
  await admin.locator('[data-stored]').press('Enter');
  await admin.locator('[data-try-value]').fill('+44 7700 900 123');
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-tried=true]');
  const said = world.heard.findLast((post) => post.path === path);
  const signed = `${said.headers['webhook-id']}.${said.headers['webhook-timestamp']}.${said.raw}`;
  const signature = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(signed).digest('base64');
  assert.ok(said.headers['webhook-signature'].includes(`v1,${signature}`), 'signed with the secret that was shown');
  assert.deepEqual(JSON.parse(said.raw).identifiers, [{ scheme: 'phone_e164', value: '+447700900123' }]);
  await admin.waitForSelector('[data-standing=well]');
  await admin.locator('[data-try] pre').first().scrollIntoViewIfNeeded();
  await looked(admin, 'lookup-tried', problems);
  await inChinese(admin, 'lookup-tried', problems);
  tell('the look-up was set up and tried; its signature holds');
}

/** What an agent sees beside the conversation. */
async function shown(desk, run, problems) {
  const card = desk.locator('[data-lookup=KNOWN]');
  await card.getByText('EUR 1,284.50').waitFor();
  await card.getByText('C-104 733').waitFor();
  const link = card.getByRole('link', { name: 'Order 48213 sent' });
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
  assert.equal(await link.getAttribute('target'), '_blank');
  await looked(desk, 'lookup-card', problems);
  await card.locator('[data-more-known]').press('Enter');
  await card.getByText('Order 47102').waitFor();
  await inChinese(desk, 'lookup-card', problems);
  await card.getByText('EUR 1,284.50').waitFor();
  tell(`what the shop knows stands on the card of Olivia ${run}`);
  return card;
}

export async function lookup({ chrome, url, world, run, problems }) {
  const path = `/crm/${run}`;
  const address = `http://127.0.0.1:${process.env.PROVIDER_PORT ?? 8900}${path}`;
  const [admin, desk] = [await page(chrome, problems), await page(chrome, problems)];
  await signIn(admin, `${url}/admin/lookup`, 'ada');
  await setUp(admin, address, path, world, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await world.generic(`+44773${run}1`, `Olivia ${run}`, 'Where is my kettle');
  await take(desk, `Olivia ${run}`);
  const card = await shown(desk, run, problems);
  const asked = () => world.heard.filter((post) => post.path === path && post.raw.includes(`+44773${run}1`) && post.raw.includes('"en"')).length;
  assert.equal(asked(), 1, 'in English it was asked once');
  await desk.waitForTimeout(5500);
  await card.locator('[data-again]').press('Enter');
  await world.until('it is asked again', () => asked() === 2);
  await card.locator('[data-again]:enabled').waitFor();
  await card.locator('[data-again]').press('Enter');
  await desk.getByText('asked a moment ago').waitFor();
  assert.equal(asked(), 2);
  tell('asked again, and not twice in a moment');

  world.gone = path;
  await desk.waitForTimeout(5500);
  await card.locator('[data-again]').press('Enter');
  await desk.waitForSelector('[data-fault=STATUS]');
  await card.getByText('EUR 1,284.50').waitFor();
  await looked(desk, 'lookup-fault', problems);
  await command(desk, 'language');
  await desk.waitForSelector('html[lang=zh-CN]');
  await desk.waitForTimeout(500);
  await card.locator('[data-again]').press('Enter');
  await desk.locator('[data-fault=STATUS]', { hasText: '业务系统' }).waitFor();
  await accessible(desk, 'look-up in trouble, zh', problems);
  await shoot(desk, 'lookup-fault-zh');
  await command(desk, 'language');
  await desk.waitForSelector('html[lang=en]');
  await admin.locator('[data-try-go]').press('Enter');
  await admin.waitForSelector('[data-tried=false]');
  await admin.waitForSelector('[data-standing=ill], [data-standing=resting]');
  await accessible(admin, 'look-up in trouble', problems);
  await shoot(admin, 'lookup-ill');
  world.gone = null;
  tell('in trouble, the last answer stays, and admins see why');

  await admin.locator('[data-rotate]').press('Enter');
  await admin.getByRole('dialog').getByRole('button', { name: 'New secret' }).press('Enter');
  await admin.waitForSelector('[data-secret]');
  await admin.getByText('The secret before signs along').waitFor();
  await admin.locator('[data-stored]').press('Enter');
  await admin.getByLabel('Look customers up').press('Space');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-standing=off]');
  await desk.reload();
  await desk.waitForSelector('textarea');
  await desk.waitForFunction(() => !document.querySelector('aside .skeleton'));
  assert.equal(await desk.locator('[data-lookup]').count(), 0, 'switched off, agents see nothing of it');
  await admin.goto(`${url}/customers`);
  tell('switched off, nothing is shown');
  await world.query(world.admin, SAVE, { i: { url: address, enabled: false } });
  await Promise.all([admin, desk].map((one) => one.context().close()));
}
