// An admin connects a channel: the address for the provider, the secret, a test, and health as messages come and go.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { accessible, page, shoot, signIn, tell } from './setup.mjs';

/** A message as the provider posts it, signed with the secret that was shown. */
async function post(world, webhook, secret, body) {
  const [id, at] = [randomUUID(), Math.floor(Date.now() / 1000)];
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return world.post(webhook, body, { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` });
}

export async function connect({ chrome, url, world, run, problems }) {
  const admin = await page(chrome, problems);
  await signIn(admin, url, 'ada');
  await admin.goto(`${url}/admin/channels`);
  await admin.waitForSelector('[data-row]');
  await admin.keyboard.press('n');
  await admin.waitForSelector('[data-wizard=kind] [data-kind]:focus');
  await accessible(admin, 'connect, kinds', problems);
  await shoot(admin, 'connect-kinds');
  await admin.locator('[data-kind=generic]').press('Enter');
  await admin.waitForSelector('[data-wizard=form] input:focus');
  const name = `Wired ${run}`;
  await admin.keyboard.type(name);
  await admin.getByLabel('Address', { exact: true }).fill('not an address');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-wizard=form] [aria-invalid=true]:focus');
  await accessible(admin, 'connect, refused', problems);
  tell('what is wrong stands at its field');
  const port = process.env.PROVIDER_PORT ?? 8900;
  await admin.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${port}/generic`);
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-wizard=done]');
  await accessible(admin, 'connected', problems);
  await shoot(admin, 'connected');
  const webhook = await admin.getByLabel('Webhook URL').inputValue();
  const secret = await admin.locator('[data-secret] input').inputValue();
  assert.match(webhook, /\/hooks\/generic\/cha_\w+$/);
  assert.match(secret, /^whsec_/);
  tell('connected: the address and the secret are shown');
  await admin.getByRole('button', { name: 'stored' }).press('Enter');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  const row = admin.locator('[data-row]', { hasText: name });
  await row.press('Enter');
  await admin.waitForSelector('[data-sheet] [data-test]');
  assert.equal(await admin.locator('[data-secret]').count(), 0, 'a secret is shown once');
  await admin.getByText('Last heard of').locator('xpath=following-sibling::dd[1]').getByText('not yet').waitFor();
  await admin.locator('[data-test]').press('Enter');
  await admin.waitForSelector('[data-told=true]');
  tell('the test says that it works');
  const message = { kind: 'message', external_id: randomUUID(), content: { message_type: 'text', text: `Wired in ${run}` }, sender: { name: `Wendy ${run}`, ids: [{ scheme: 'phone_e164', value: `+44778${run}1`, verified: 'channel' }] } };
  assert.equal((await post(world, webhook, secret, JSON.stringify(message))).status, 200);
  assert.equal((await post(world, webhook, `whsec_${Buffer.alloc(24).toString('base64')}`, JSON.stringify(message))).status, 401);
  await admin.getByText('Last heard of').locator('xpath=following-sibling::dd[1]').getByText(/now|m$/).waitFor({ timeout: 30_000 });
  await shoot(admin, 'channel-health');
  tell('a signed message shows in its health; a forged one is refused');
  await admin.locator('[data-switch]').press('Enter');
  await admin.waitForSelector('[role=dialog] button:focus');
  await admin.getByRole('dialog').getByRole('button', { name: 'Switch off' }).press('Enter');
  await row.getByText('Disabled').waitFor();
  await admin.getByText(`${name} is off`).waitFor();
  assert.equal((await post(world, webhook, secret, JSON.stringify({ ...message, external_id: randomUUID() }))).status, 404);
  tell('switched off, its address answers 404');
  await admin.context().close();
}
