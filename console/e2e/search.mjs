// What was said is found by its words, by keys, and opened where it was said.
import { available, awake, looked, page, resolve, send, signIn, take, tell } from './setup.mjs';
import { inChinese } from './work.mjs';

export async function search({ chrome, url, world, run, problems }) {
  const desk = await page(chrome, problems);
  await signIn(desk, url, awake()[0]);
  await available(desk);
  const word = `zephyr${run}`;
  await world.generic(`+44796${run}1`, `Ziva ${run}`, `My kettle whistles like a ${word}, 我想申请退款${run}`);
  await take(desk, `Ziva ${run}`);
  await send(desk, 'n', `She calls the ${word} every week`);
  const id = await desk.locator('[data-resolve]').getAttribute('data-resolve');
  // Enough after it that the first message is out of sight.
  for (let n = 0; n < 12; n++) await world.generic(`+44796${run}1`, `Ziva ${run}`, `And another thing ${n}`);
  await desk.locator('[role=log]').getByText('And another thing 11').waitFor();
  await resolve(desk);
  await desk.keyboard.press('/');
  await desk.waitForSelector('input[type=search]:focus');
  await desk.getByText('Find any conversation').waitFor();
  await looked(desk, 'search-start', problems);
  await desk.keyboard.type('ab');
  await desk.waitForSelector('[data-answered="ab"]');
  await desk.locator('input[type=search]').fill('the');
  await desk.getByText('these words are in every message').waitFor();
  tell('an empty search teaches; what says nothing is refused');
  // The index follows a while after it was said.
  const found = 'query($t: String!) { messageSearch(text: $t) { nodes { item { id } } } }';
  await world.until('it can be found', async () => (await world.as('sam', found, { t: word })).messageSearch.nodes.length === 2, 40_000);
  await desk.locator('input[type=search]').fill(word.toUpperCase());
  const hit = desk.locator('[data-hit]', { hasText: 'whistles like a' });
  await hit.locator('mark', { hasText: word }).waitFor();
  await looked(desk, 'search', problems);
  await desk.keyboard.press('ArrowDown');
  await desk.keyboard.press('ArrowDown');
  await desk.waitForFunction(() => document.activeElement?.textContent?.includes('whistles like a'));
  await desk.keyboard.press('Enter');
  await desk.waitForURL(`**/search/${id}/itm_*`);
  await desk.locator('[role=log]').getByText('whistles like a').first().waitFor();
  await desk.waitForFunction(() => {
    const at = [...document.querySelectorAll('[role=log] p')].find((one) => one.textContent?.includes('whistles like a'))?.getBoundingClientRect();
    return at && at.top > 0 && at.bottom < innerHeight;
  });
  await looked(desk, 'search-open', problems);
  await inChinese(desk, 'search-open', problems);
  tell('it is found by its words, moved to by arrows, and opened where it was said');
  await desk.keyboard.press('/');
  await desk.waitForSelector('input[type=search]:focus');
  await desk.locator('input[type=search]').fill(`退款${run}`);
  await desk.locator('[data-hit] mark').first().waitFor();
  await desk.getByLabel('State').selectOption('OPEN');
  await desk.getByText('Nothing was found').waitFor();
  await desk.getByRole('button', { name: 'Take the filters away' }).click();
  await desk.locator('[data-hit] mark').first().waitFor();
  await desk.locator('input[type=search]').fill(`Ziva ${run}`);
  await desk.locator(`[data-hit="${id}"]`).waitFor();
  tell('by Chinese words, by state, and by the name of the customer');
  await desk.goto(`${url}/inbox/mine`);
  await desk.waitForSelector('nav [data-state-of-me]');
  await desk.keyboard.press('Control+k');
  await desk.waitForSelector('[role=dialog] input:focus');
  await desk.keyboard.type(word);
  await desk.getByRole('option', { name: `Search messages for “${word}”` }).waitFor();
  await desk.keyboard.press('Enter');
  await desk.waitForURL('**/search');
  await desk.locator('[data-hit] mark', { hasText: word }).first().waitFor();
  tell('what is no command is searched for in messages');
  await desk.context().close();
}
