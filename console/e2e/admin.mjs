// An admin sets a workspace up by keyboard alone.
import assert from 'node:assert/strict';
import { accessible, available, page, shoot, signIn, tell } from './setup.mjs';

/** Goes from control to control until the one with this label has the focus. */
async function tabTo(at, label) {
  for (let step = 0; step < 60; step++) {
    await at.keyboard.press('Tab');
    const now = await at.evaluate(() => {
      const on = document.activeElement;
      return on?.getAttribute('aria-label') ?? on?.labels?.[0]?.textContent?.trim() ?? on?.textContent?.trim() ?? '';
    });
    if (now === label || now.startsWith(label)) return;
  }
  throw new Error(`no way to ${label} by Tab`);
}

async function go(at, place) {
  await at.keyboard.press('Control+k');
  await at.waitForSelector('[role=dialog] input');
  await at.keyboard.type(place);
  await at.keyboard.press('Enter');
  await at.waitForSelector('[role=dialog]', { state: 'detached' });
  // Keys are meant for the page one goes to, which may come a moment later.
  await at.waitForURL(`**/admin/${place.split(' ').at(-1)}`);
  await at.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('main .skeleton'));
}

/** Opens the sheet of something new, by N. */
async function start(at) {
  await at.keyboard.press('n');
  await at.waitForSelector('[data-sheet] input:focus');
}

async function saved(at, name) {
  await at.keyboard.press('Control+s');
  await at.waitForSelector('[data-sheet]', { state: 'detached' });
  // The focus is on the row that was saved.
  await at.waitForSelector(`[data-row]:focus:has-text("${name}")`);
}

/** Split, overnight and moved hours, and a holiday. */
async function addSite(admin, site) {
  await go(admin, 'sites');
  await start(admin);
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet] input[aria-invalid=true]:focus');
  await admin.keyboard.type(site);
  await tabTo(admin, 'Time zone');
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type('auck');
  await admin.keyboard.press('Enter');
  await tabTo(admin, 'MonMonday');
  await admin.keyboard.type('9-12, 13-18');
  for (let day = 0; day < 3; day++) await admin.keyboard.press('Alt+ArrowDown');
  await admin.keyboard.press('ArrowDown');
  await admin.keyboard.type('22-6');
  await admin.keyboard.press('ArrowDown');
  await admin.keyboard.type('5-9');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet] input[aria-invalid=true]:focus');
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type('7-9');
  // The end of Saturday's hours, on the bar.
  await tabTo(admin, 'Saturday closes');
  for (let step = 0; step < 4; step++) await admin.keyboard.press('ArrowRight');
  await saved(admin, site);
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-sheet]');
  for (const [day, hours] of [['Thursday', '09:00–12:00, 13:00–18:00'], ['Friday', '22:00–06:00'], ['Saturday', '07:00–10:00']]) {
    assert.equal(await admin.getByLabel(day).first().inputValue(), hours, day);
  }
  await tabTo(admin, 'Day');
  await admin.keyboard.type('12252030');
  await tabTo(admin, 'Why');
  await admin.keyboard.type('Christmas');
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-exception]:has-text("Christmas")');
  await admin.keyboard.press('Escape');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  tell('a site with split, overnight and moved hours, and a holiday');
}

async function addPerson(admin, { person, site, skill, email, secret }, problems) {
  await go(admin, 'people');
  await start(admin);
  await admin.keyboard.type(person);
  await tabTo(admin, 'E-mail');
  await admin.keyboard.type('ana@demo.example');
  await tabTo(admin, 'Site');
  await admin.keyboard.type(site);
  await tabTo(admin, skill);
  await admin.keyboard.type('4');
  await tabTo(admin, 'Chats');
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type('2');
  await tabTo(admin, 'Attributes');
  await admin.keyboard.type('Region = north');
  await tabTo(admin, 'First password');
  await admin.keyboard.type(secret);
  await admin.keyboard.press('Control+s');
  await admin.getByText('a key has 1 to 40 lower-case letters').first().waitFor();
  await shoot(admin, 'person');
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type('region = north');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-sheet] [type=email][aria-invalid=true]:focus');
  await admin.getByText('This address is taken.').waitFor();
  await accessible(admin, 'a refusal at its field', problems);
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type(email);
  await saved(admin, person);
  tell('a person; a taken address is said at its field');
}

async function addQueue(admin, queue, person) {
  await go(admin, 'queues');
  await start(admin);
  await admin.keyboard.type(queue);
  await tabTo(admin, 'When too much waits');
  await admin.keyboard.type('Turn');
  await tabTo(admin, 'Members: Filter');
  await admin.keyboard.type(person);
  await admin.keyboard.press('ArrowDown');
  await admin.keyboard.press('Space');
  // Without words for the customer the cap is refused at its field; the queue stands.
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-cap] textarea[aria-invalid=true]');
  await admin.locator('[data-cap] textarea').focus();
  await admin.keyboard.type('All our people are busy: please try again in an hour.');
  await saved(admin, queue);
  await admin.waitForSelector(`[data-row]:has-text("${queue}"):has-text("members: 1")`);
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-cap] textarea');
  assert.equal(await admin.locator('[data-cap] select').inputValue(), 'REFUSE');
  await admin.keyboard.press('Escape');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  tell('a queue with a member and a cap');
}

/** Its text is shown once; revoked, it says so. */
async function addKey(admin, name, problems) {
  await go(admin, 'api keys');
  await start(admin);
  await admin.keyboard.type(name);
  await tabTo(admin, 'Read conversations');
  await admin.keyboard.press('Space');
  await admin.keyboard.press('Control+s');
  await admin.waitForSelector('[data-secret]');
  assert.match(await admin.locator('[data-secret] input').inputValue(), /^mrd_/);
  await accessible(admin, 'a secret shown once', problems);
  await admin.keyboard.press('Escape');
  await admin.waitForSelector('[role=dialog]:has-text("Have you stored the secret?")');
  await admin.keyboard.press('Tab');
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-sheet]', { state: 'detached' });
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[data-sheet]');
  assert.equal(await admin.locator('[data-secret]').count(), 0, 'a secret is shown once');
  await tabTo(admin, 'Revoke');
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('[role=dialog] button:focus');
  await admin.keyboard.press('Tab');
  await admin.keyboard.press('Enter');
  await admin.waitForSelector(`[data-row]:has-text("${name}"):has-text("Revoked")`);
  tell('an API key, shown once and revoked');
}

export async function setUp({ chrome, url, run, problems }) {
  const admin = await page(chrome, problems);
  await signIn(admin, url, 'ada');
  await admin.waitForSelector('nav a[href="/admin"]');
  await admin.keyboard.press('g');
  await admin.keyboard.press('s');
  await admin.waitForSelector('[data-step=site][data-state=done]');
  const [site, skill, person, queue] = [`Auckland ${run}`, `te reo ${run}`, `Kiri ${run}`, `South ${run}`];
  const secret = 'a long first one';
  await addSite(admin, site);
  await go(admin, 'skills');
  await start(admin);
  await admin.keyboard.type(skill);
  await saved(admin, skill);
  await addPerson(admin, { person, site, skill, email: `kiri${run}@demo.example`, secret }, problems);
  await addQueue(admin, queue, person);
  await addKey(admin, `CRM ${run}`, problems);
  await go(admin, 'audit');
  await admin.getByText(`Ada Novak added ${person} as Agent`).waitFor();
  await admin.getByText(`Ada Novak saved the queue ${queue} (members: 1)`).first().waitFor();
  await admin.getByText(`Ada Novak changed how much may wait in ${queue}`).waitFor();
  await admin.getByText(`Ada Novak revoked the API key CRM ${run}`).waitFor();
  await admin.locator('[data-who]').selectOption({ label: person });
  await admin.getByText('Nothing like that').waitFor();
  await admin.locator('[data-who]').selectOption({ label: 'Ada Novak' });
  await admin.getByText(`Ada Novak added ${person} as Agent`).waitFor();
  await admin.getByLabel('Until the end of').fill('2020-01-31');
  await admin.getByText('Nothing like that').waitFor();
  await admin.getByRole('button', { name: 'Clear' }).click();
  await admin.getByText(`Ada Novak added ${person} as Agent`).waitFor();
  await shoot(admin, 'audit');
  tell('the audit log says so in sentences, by who did it and when');
  const agent = await page(chrome, problems);
  await signIn(agent, url, `kiri${run}`, { secret });
  await available(agent);
  tell('the new agent signs in and is available');
  await agent.context().close();
  await admin.context().close();
}
