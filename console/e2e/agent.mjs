// An agent's day by keyboard alone, and what may go wrong in it.
import assert from 'node:assert/strict';
import { command } from './others.mjs';
import { accessible, available, awake, looked, page, password, resolve, said, send, shoot, signIn, take, tell } from './setup.mjs';

/** A customer writes, the bot answers and hands over. */
export async function handedOver(world, from, name) {
  const bot = () => world.seen.filter((seen) => seen.path === '/bot' && JSON.stringify(seen.body).includes(name));
  await world.whatsapp(from, name, 'Hello, I need help with my order');
  await world.until('the bot hears of it', () => bot().length >= 1);
  await world.whatsapp(from, name, 'The new kettle leaks too, order 48213. Can I talk to a person?');
  const told = await world.until('the bot hears more', () => bot().length >= 2 && bot().at(-1));
  await new Promise((done) => setTimeout(done, 500));
  await world.handOff({
    session: told.body.session,
    reason: { code: 'requested', text: 'asked for a person' },
    intent: { name: 'product_defect', confidence: 0.83 },
    slots: { product: 'kettle', order: '48213' },
    summary: 'The second kettle leaks; she wants a replacement.',
  });
}

export async function day({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  tell('signed in and available, by keyboard');
  const [from, name] = [`447700${run}0`, `Nora ${run}`];
  await handedOver(world, from, name);
  await take(desk, name);
  tell('the bot handed over, the offer was accepted by Enter');
  await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
  await desk.keyboard.press('b');
  await desk.waitForSelector('section[aria-label="Hand-off brief"] button:focus');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('.flash');
  tell('the brief cites, the citation jumps');
  const words = `I am sorry, ${name}. A new kettle leaves today.`;
  const note = 'Second leak of this batch: tell the warehouse.';
  // Nothing waits for anything: a note that follows a reply at once stays a note.
  await send(desk, 'r', words);
  await send(desk, 'n', note);
  await world.until('the provider has the reply', () => world.told(words) > 0);
  await said(desk, words).waitFor();
  await said(desk, note).waitFor();
  await desk.waitForTimeout(300);
  for (const text of [words, note]) assert.equal(await said(desk, text).count(), 1, text);
  assert.equal(world.told(words), 1, 'the reply goes out once');
  assert.equal(world.told(note), 0, 'the note stays inside');
  tell('reply sent once, note kept inside');
  await desk.keyboard.type('Half a tho');
  await desk.reload();
  await desk.waitForSelector('textarea');
  assert.equal(await desk.locator('textarea').inputValue(), 'Half a tho');
  tell('a draft outlives a reload');
  await desk.keyboard.press('n');
  await desk.waitForSelector('textarea:focus');
  await desk.keyboard.press('Control+a');
  await desk.keyboard.press('Delete');
  await resolve(desk);
  tell('resolved');
  await desk.keyboard.press('Control+k');
  await desk.keyboard.type('Resolved');
  await desk.keyboard.press('Enter');
  await desk.waitForURL('**/inbox/resolved');
  await desk.waitForSelector(`[role=listitem]:first-child :text("${name}")`);
  await desk.keyboard.press('k');
  await desk.keyboard.press('Enter');
  await said(desk, words).waitFor();
  tell('found again by the command bar');
  await desk.waitForSelector('[data-reopen]');
  await desk.keyboard.press('e');
  await desk.waitForSelector('[data-resolve]');
  await desk.waitForSelector('textarea:not([disabled])');
  tell('and opened again by a key');
  await resolve(desk);
  await desk.click('[role=status] button:text-is("Undo")');
  await desk.waitForSelector('[data-resolve]');
  await desk.locator('[id^=item-]:has-text("opened the conversation again")').nth(1).waitFor();
  await resolve(desk);
  tell('a resolve is taken back where it was told');
  await desk.context().close();
}

/** Two hands on one conversation: a colleague speaks while words are being written, and that is told. */
export async function collide({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const name = `Kira ${run}`;
  await world.generic(`+44770${run}07`, name, 'Is anybody there?');
  await take(desk, name);
  const id = /cnv_\w+/.exec(desk.url())[0];
  const add = 'mutation($id: ID!, $text: String!) { noteAdd(input: { conversationId: $id, text: $text }) { userErrors { code } } }';
  await world.as('sam', add, { id, text: `Before ${run}` });
  await said(desk, `Before ${run}`).waitFor();
  await desk.keyboard.press('r');
  await desk.keyboard.type('Yes, we are');
  assert.equal(await desk.locator('[data-collision]').count(), 0, 'what was there before is no collision');
  await world.as('sam', add, { id, text: `I rang her already ${run}` });
  const told = desk.locator('[data-collision]');
  await told.getByText(`I rang her already ${run}`).waitFor();
  await accessible(desk, 'collision', problems);
  await shoot(desk, 'collision');
  await desk.reload();
  await told.getByText(`I rang her already ${run}`).waitFor();
  await told.getByRole('button').press('Enter');
  await told.waitFor({ state: 'detached' });
  await desk.waitForSelector('textarea:focus');
  assert.equal(await desk.locator('textarea').inputValue(), 'Yes, we are');
  tell('a colleague who speaks meanwhile is told, the draft stands');
  await desk.keyboard.press('Control+a');
  await desk.keyboard.press('Delete');
  await resolve(desk);
  await desk.context().close();
}

/** An offer that nobody takes ends; who let it pass gets nothing more until they are back. */
export async function expiry({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  await world.generic(`+44770${run}03`, `Iris ${run}`, 'Nobody takes this at first');
  await desk.waitForSelector('[data-offer]');
  await desk.waitForSelector('[data-offer]', { state: 'detached', timeout: 40_000 });
  await desk.waitForSelector('text=You missed the offer');
  await desk.waitForSelector('nav [data-state-of-me=NOT_RESPONDING]');
  await desk.waitForSelector('[data-missed] button');
  await accessible(desk, 'missed an offer', problems);
  await shoot(desk, 'missed');
  tell('an offer ran out, the agent is not responding, and the list says so');
  await available(desk);
  await desk.waitForSelector('[data-missed]', { state: 'detached' });
  await take(desk, `Iris ${run}`);
  await resolve(desk);
  tell('back by one key, and the work came again');
  await desk.context().close();
}

/** The offer ended while this page could not hear of it: Enter loses the race, and says so. */
export async function race({ chrome, url, world, run, problems }) {
  await world.clear();
  const [login] = awake();
  const desk = await page(chrome, problems);
  let deaf = false;
  await desk.routeWebSocket(/graphql\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => !deaf && socket.send(message));
  });
  await signIn(desk, url, login);
  await available(desk);
  await world.generic(`+44770${run}04`, `Lost ${run}`, 'Two hands reach for this');
  await desk.waitForSelector('[data-offer]');
  deaf = true;
  const id = await desk.locator('[data-offer]').first().getAttribute('data-offer');
  await world.as(login, 'mutation($id: ID!) { offerDecline(input: { offerId: $id, reason: "" }) { userErrors { code } } }', { id });
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('text=Somebody else has it');
  // The work itself may be offered anew meanwhile.
  assert.equal(await desk.locator(`[data-offer="${id}"]`).count(), 0);
  tell('a lost race is told, and the offer is gone');
  await desk.context().close();
}

/** The socket and the requests are cut while words come in and go out: nothing is missed, nothing is twice. */
export async function cut({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  let [off, tries] = [false, 0];
  const sockets = [];
  await desk.routeWebSocket(/graphql\/ws/, (socket) => {
    tries += 1;
    if (off) return void socket.close({ code: 1001 });
    socket.connectToServer();
    sockets.push(socket);
  });
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const [phone, name] = [`+44770${run}01`, `Omar ${run}`];
  await world.generic(phone, name, 'First words');
  await take(desk, name);
  await said(desk, 'First words').waitFor();
  off = true;
  const refuse = (route) => route.abort('internetdisconnected');
  await desk.route('**/graphql', refuse);
  for (const socket of sockets) await socket.close({ code: 1001 });
  for (const text of ['While away one', 'While away two']) await world.generic(phone, name, text);
  const reply = `Written offline ${run}`;
  await send(desk, 'r', reply);
  await desk.waitForSelector('[data-outgoing=waiting]');
  await desk.waitForSelector('text=Connection lost');
  assert.equal(await said(desk, 'While away one').count(), 0);
  assert.ok(tries > 2, 'it tried meanwhile');
  off = false;
  await desk.unroute('**/graphql', refuse);
  await said(desk, 'While away two').waitFor();
  await desk.waitForSelector('[data-outgoing]', { state: 'detached' });
  await world.until('the reply arrives', () => world.told(reply) > 0);
  for (const text of ['First words', 'While away one', 'While away two', reply]) assert.equal(await said(desk, text).count(), 1, text);
  assert.equal(world.told(reply), 1);
  await desk.waitForSelector('text=Connection lost', { state: 'detached' });
  tell('after a cut everything is there, once, and what was written meanwhile went out');
  // What cannot be read never looks like a conversation without words.
  await desk.keyboard.press('Escape');
  const open = desk.url();
  await desk.getByRole('tab').first().click();
  await desk.waitForSelector('textarea', { state: 'detached' });
  await desk.route('**/graphql', refuse);
  await desk.locator(`a[href="${new URL(open).pathname}"]`).click();
  await desk.waitForSelector('[data-unread]');
  await accessible(desk, 'unread', problems);
  await shoot(desk, 'unread');
  await desk.unroute('**/graphql', refuse);
  await desk.locator('[data-unread] button').click();
  await said(desk, 'While away two').waitFor();
  tell('a conversation that could not be read says so, and is read when asked again');
  await resolve(desk);
  await desk.context().close();
}

/** The sign-in ends in the middle of a note: signing in again sends it. */
export async function signedOut({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const [phone, name] = [`+44770${run}02`, `Vera ${run}`];
  await world.generic(phone, name, 'Where is my parcel?');
  await take(desk, name);
  await said(desk, 'Where is my parcel?').waitFor();
  const refuse = (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '{}' });
  await desk.keyboard.press('n');
  await desk.keyboard.type('Asked the carrier.');
  await desk.route('**/auth/refresh', refuse);
  await desk.route('**/graphql', refuse);
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector('dialog [name=password]:focus');
  await shoot(desk, 'signed-out');
  await desk.unroute('**/auth/refresh');
  await desk.unroute('**/graphql');
  await desk.keyboard.press('Control+a');
  await desk.keyboard.type(password);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('dialog', { state: 'detached' });
  await desk.waitForSelector('[data-outgoing]', { state: 'detached' });
  assert.equal(await said(desk, 'Asked the carrier.').count(), 1);
  tell('a sign-in that ends loses nothing');
  await resolve(desk);
  await desk.context().close();
}

/** Another password, by who knows the one in force: this tab goes on, every other one has to sign in with it. */
export async function newPassword({ chrome, url, world, run, problems }) {
  const [desk, other] = [await page(chrome, problems), await page(chrome, problems)];
  const create = 'mutation($i: AgentCreateInput!) { agentCreate(input: $i) { agent { id } userErrors { message } } }';
  const person = { email: `pat${run}@demo.example`, name: `Pat ${run}`, password, role: 'AGENT' };
  const { agent } = (await world.query(world.admin, create, { i: person })).agentCreate;
  for (const at of [desk, other]) await signIn(at, url, `pat${run}`);
  const better = 'a much better one';
  const change = async (now, next) => {
    await desk.locator('dialog [name=now]').fill(now);
    await desk.locator('dialog [name=new]').fill(next);
    await desk.locator('dialog [name=new]').press('Enter');
  };
  await command(desk, 'password');
  await desk.waitForSelector('dialog [name=now]:focus');
  await change(password, 'too short');
  await desk.waitForSelector('dialog [role=alert]:text-is("Use at least 12 characters.")');
  await change(password, password);
  await desk.waitForSelector('dialog [role=alert]:text-is("This is the password you have.")');
  await change('not the password', better);
  await desk.waitForSelector('dialog [role=alert]:text-is("This is not your password.")');
  await looked(desk, 'password', problems);
  await change(password, better);
  await desk.waitForSelector('text=Your password is changed.');
  await desk.waitForSelector('dialog', { state: 'detached' });
  await other.waitForSelector('dialog [name=password]:focus');
  await other.keyboard.type(better);
  await other.keyboard.press('Enter');
  await other.waitForSelector('dialog', { state: 'detached' });
  await desk.waitForSelector('dialog [name=password]', { state: 'detached' });
  tell('the tab that changed it goes on, the other one signs in anew');
  await desk.reload();
  await desk.click('[data-state-of-me]');
  await desk.click('[role=menuitem]:has-text("Change password")');
  await change(better, password);
  await desk.waitForSelector('dialog', { state: 'detached' });
  await desk.reload();
  await desk.waitForSelector('nav');
  tell('and changes it back');
  await world.query(world.admin, 'mutation($a: ID!) { agentSetActive(input: { agentId: $a, active: false }) { userErrors { message } } }', { a: agent.id });
  for (const at of [desk, other]) await at.context().close();
}

/** Two customers are made one, and two again. */
export async function merge({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const [one, two] = [`Petra ${run}`, `P. Hansen ${run}`];
  const [first, second] = [`+44770${run}05`, `+44770${run}06`];
  await world.generic(first, one, 'From the old phone');
  await take(desk, one);
  await world.generic(second, two, 'From the new phone');
  await take(desk, two);
  const card = desk.locator('aside');
  await card.getByText(second).waitFor();
  await card.getByRole('button', { name: 'Merge with another customer' }).click();
  const dialog = desk.getByRole('dialog');
  await dialog.getByRole('combobox').fill(first);
  await dialog.getByRole('option', { name: one }).waitFor();
  await desk.keyboard.press('Enter');
  await dialog.getByText(first).waitFor();
  await dialog.getByRole('textbox', { name: 'Why' }).fill('She read both numbers out');
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
  await card.getByText(first).waitFor();
  await card.getByText(second).waitFor();
  await card.getByText('Why they belong together').click();
  await card.getByText('She read both numbers out').waitFor();
  tell('merged, and the card says why');
  await card.getByRole('button', { name: 'Undo' }).first().click();
  await card.getByText(first).waitFor({ state: 'detached' });
  await card.getByText(second).waitFor();
  await card.getByText('Merge taken back').waitFor();
  tell('and taken back');
  await card.getByRole('button', { name: 'Record an outside event' }).click();
  await desk.waitForSelector('[role=dialog] [data-first]:focus');
  await desk.keyboard.type(`Press complaint ${run}`);
  await desk.keyboard.press('Enter');
  await card.getByText(`press_complaint_${run}`.toLowerCase()).waitFor();
  tell('what happened outside stands on the card');
  await resolve(desk);
  await desk.context().close();
}
