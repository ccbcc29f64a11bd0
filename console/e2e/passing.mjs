// Work that goes from hand to hand, rests for a while, and carries files: by keyboard alone.
import assert from 'node:assert/strict';
import { handedOver } from './agent.mjs';
import { accessible, available, awake, page, resolve, said, send, signIn, take, tell } from './setup.mjs';

/** Accept, read the brief, reply with a canned reply, note, pass on; the next one accepts and wraps up. */
export async function passOn({ chrome, url, world, run, problems }) {
  const [first, second] = awake();
  const [shortcut, note] = [`sorry${run}`, `She called twice, be quick ${run}`];
  await canned(world, { shortcut, title: `Apology ${run}`, text: 'I am sorry, {{customer.name}}. Yours, {{agent.name}}', language: '' });
  const { viewer } = await world.as(second, '{ viewer { agent { name } } }');
  const mine = (await world.as(first, '{ viewer { agent { name } } }')).viewer.agent.name;
  const desk = await page(chrome, problems);
  await signIn(desk, url, first);
  await available(desk);
  const name = `Zoe ${run}`;
  await handedOver(world, `447700${run}8`, name);
  await take(desk, name);
  await desk.waitForSelector('section[aria-label="Hand-off brief"] dd');
  await desk.keyboard.press('b');
  await desk.waitForSelector('section[aria-label="Hand-off brief"] button:focus');
  tell('accepted, the brief is read');
  await desk.keyboard.press('r');
  await desk.keyboard.type(`/${shortcut.slice(0, 8)}`);
  await desk.waitForSelector(`[role=listbox] [aria-selected=true]:has-text("Apology ${run}")`);
  await accessible(desk, 'canned replies', problems);
  await desk.keyboard.press('Enter');
  const words = `I am sorry, ${name}. Yours, ${mine}`;
  assert.equal(await desk.locator('textarea').inputValue(), words);
  await desk.keyboard.press('Control+Enter');
  await world.until('the provider has the canned reply', () => world.told(words) > 0);
  tell('a canned reply went out with both names');
  await send(desk, 'n', 'Second leak of this batch.');
  await said(desk, 'Second leak of this batch.').waitFor();
  const other = await page(chrome, problems);
  await signIn(other, url, second);
  await available(other);
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('t');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.waitForSelector(`[role=dialog] [role=option]:has-text("${viewer.agent.name}")`);
  await accessible(desk, 'pass on', problems);
  await desk.keyboard.type(viewer.agent.name.split(' ')[0]);
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog] textarea:focus');
  assert.equal(await desk.locator('[data-picked]').textContent(), viewer.agent.name);
  await desk.keyboard.type(note);
  await desk.keyboard.press('Control+Enter');
  await desk.waitForSelector(`text=Transferred to ${viewer.agent.name}`);
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  tell('passed on to a colleague with a note');
  await take(other, name);
  await said(other, note).waitFor();
  await said(other, words).waitFor();
  await other.getByText(`${mine} transferred the conversation to you`).or(other.getByText('transferred the conversation to You')).first().waitFor();
  assert.equal(world.told(note), 0, 'the note stays inside');
  await resolve(other);
  tell('the next one has everything, and wraps up');
  for (const opened of [desk, other]) await opened.context().close();
}

async function canned(world, input) {
  const query = 'mutation($input: CannedReplySaveInput!) { cannedReplySave(input: $input) { userErrors { message } } }';
  assert.deepEqual((await world.as('ada', query, { input })).cannedReplySave.userErrors, []);
}

/** Put aside until tomorrow, found among the snoozed with its time, taken up again; and the customer found and tagged. */
export async function later({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const name = `Yara ${run}`;
  await world.generic(`+44770${run}71`, name, 'Call me tomorrow, please');
  await take(desk, name);
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('s');
  await desk.waitForSelector('[role=dialog] input[type=radio]:focus');
  await accessible(desk, 'snooze', problems);
  await desk.keyboard.press('3');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('text=Snoozed until');
  await desk.waitForSelector('[role=dialog]', { state: 'detached' });
  await desk.keyboard.press('Control+k');
  await desk.keyboard.type('Snoozed');
  await desk.keyboard.press('Enter');
  await desk.waitForURL('**/inbox/snoozed');
  const row = desk.locator('[role=listitem]', { hasText: name });
  assert.match(await row.locator('time').textContent(), /09:00/);
  await row.locator('a').focus();
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[data-wake]');
  await desk.keyboard.press('s');
  await desk.waitForSelector('[data-wake]', { state: 'detached' });
  tell('snoozed till nine, and taken up again');
  await desk.keyboard.press('Control+k');
  await desk.keyboard.type(name);
  await desk.locator('[role=option]', { hasText: `+44770${run}71` }).waitFor();
  // Customers stand below conversations, and the search of messages below them.
  await desk.keyboard.press('ArrowUp');
  await desk.keyboard.press('ArrowUp');
  await desk.keyboard.press('Enter');
  await desk.waitForURL('**/customers/cus_*');
  await accessible(desk, 'customers', problems);
  const edit = desk.getByRole('button', { name: 'Edit the customer' });
  await edit.focus();
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('ArrowDown');
  await desk.keyboard.press('Tab');
  await desk.keyboard.type('morning person');
  await desk.keyboard.press('Enter');
  await accessible(desk, 'customer edit', problems);
  const query = 'query($search: String!) { customers(search: $search, first: 1) { id version tier tags } }';
  const found = async () => (await world.as('ada', query, { search: `+44770${run}71` })).customers[0];
  // Somebody else is quicker.
  const change = 'mutation($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code } } }';
  await world.as('ada', change, { input: { customerId: (await found()).id, tags: ['quicker'] } });
  await desk.keyboard.press('Enter');
  await desk.getByText('Somebody changed this customer meanwhile').waitFor();
  await desk.getByRole('button', { name: 'Read again' }).press('Enter');
  await desk.waitForSelector('[role=dialog] [role=alert]', { state: 'detached' });
  await desk.locator('#customer-tags').focus();
  await desk.keyboard.type('morning person');
  await desk.keyboard.press('Enter');
  await desk.keyboard.press('Enter');
  await desk.waitForSelector('text=Customer saved');
  assert.deepEqual((await found()).tags, ['quicker', 'morning person']);
  tell('found by the command bar, and a change of somebody else is never lost');
  await desk.context().close();
}

/** A hostile mail is shown as it was shaped; nothing in it runs, is fetched, or restyles the page. */
export async function mail({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  const fetched = [];
  desk.on('request', (request) => request.url().includes('tracker') && fetched.push(request.url()));
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const name = `Mallory ${run}`;
  const html = `<style>body{display:none!important}</style><h1>Invoice ${run}</h1><script>window.pwned = 1</script>
    <p style="position:fixed;inset:0" onclick="window.pwned = 1">Please <a href="https://shop.example/pay?x=1">pay here</a> or <a href="javascript:window.pwned=1">there</a></p>
    <img src="https://tracker.example/pixel.gif" onerror="window.pwned = 1"><svg><script>window.pwned = 1</script></svg>
    <form action="https://tracker.example/steal"><input name="password"></form><iframe src="https://tracker.example/"></iframe>`;
  await world.mail(`mallory${run}@example.org`, name, `Invoice ${run}`, html, `Invoice ${run}, please pay`);
  await take(desk, name);
  const show = desk.getByRole('button', { name: 'As it was sent' });
  await show.press('Enter');
  const shown = desk.locator('[data-html]');
  await shown.locator('strong', { hasText: `Invoice ${run}` }).waitFor();
  const inside = await shown.evaluate((host) => {
    const root = host.shadowRoot;
    const link = root.querySelector('a');
    return { tags: [...root.querySelectorAll('*')].map((one) => one.localName), rel: link.rel, href: link.href, loose: [...root.querySelectorAll('[style],[onclick],[src]')].length, script: [...root.querySelectorAll('a')].map((one) => one.getAttribute('href')) };
  });
  assert.deepEqual([...new Set(inside.tags)].sort(), ['a', 'p', 'strong']);
  assert.deepEqual([inside.rel, inside.href, inside.loose], ['noopener noreferrer nofollow', 'https://shop.example/pay?x=1', 0]);
  assert.ok(!inside.script.some((href) => href?.startsWith('javascript')));
  assert.equal(await desk.evaluate(() => window.pwned), undefined);
  assert.deepEqual(fetched, []);
  await accessible(desk, 'mail', problems);
  await desk.getByRole('button', { name: 'As plain text' }).press('Enter');
  await shown.waitFor({ state: 'detached' });
  tell('a mail cannot run, track or restyle');
  await resolve(desk);
  await desk.context().close();
}

/** Files go out where the channel takes them, come in with what became of them, and are refused with the reason. */
export async function files({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const [from, name] = [`447700${run}9`, `Xenia ${run}`];
  await handedOver(world, from, name);
  await take(desk, name);
  const picture = await desk.screenshot({ clip: { x: 0, y: 0, width: 200, height: 120 } });
  const empty = { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) };
  await desk.locator('input[type=file]').setInputFiles([{ name: 'label.png', mimeType: 'image/png', buffer: picture }, empty]);
  await desk.waitForSelector('[data-file=stored]');
  await desk.getByText('The file is empty.').waitFor();
  await desk.reload();
  await desk.waitForSelector('[data-file=stored]');
  tell('an upload outlives a reload');
  await desk.keyboard.press('r');
  await desk.keyboard.type('Print this label');
  await desk.keyboard.press('Control+Enter');
  const sent = desk.locator('[data-files] img');
  await sent.waitFor();
  assert.ok(await sent.evaluate((img) => img.decode().then(() => img.naturalWidth > 0)), 'the picture is shown');
  await world.until('the provider has the file', () => world.seen.some(({ path }) => path.includes('/media')));
  await world.image(from, name, 'My kettle');
  await desk.waitForSelector('[data-files] [data-state=FAILED]');
  await desk.getByText('Could not be fetched').waitFor();
  await accessible(desk, 'files', problems);
  tell('a picture went out and is shown; one that cannot be had says why');
  await resolve(desk);
  await desk.context().close();
}
