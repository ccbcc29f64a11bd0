import { expect, test } from 'vitest';
import { check, languageTags, newPassword } from '../src/lib/checks';
import { Failed } from '../src/lib/failed';
import { Form } from '../src/lib/form.svelte';

interface Values {
  name: string;
  seconds: number;
}

function form(send: (values: Values) => Promise<void> = async () => undefined): Form<Values> {
  return new Form<Values>({ name: '', seconds: 20 }, { name: (v) => check.name(v.name), seconds: (v) => check.range(v.seconds, 1, 600) }, send);
}

test('nothing is called wrong before somebody left the field or tried to save', async () => {
  const edit = form();
  expect([edit.dirty, edit.problem('name')]).toEqual([false, null]);
  edit.leave('name');
  expect(edit.problem('name')).toMatch(/name/);
  edit.values.seconds = 0;
  expect(edit.problem('seconds')).toBeNull();
  expect(await edit.save()).toBe(false);
  expect(edit.problem('seconds')).toMatch(/1.*600/);
});

test('what is wrong is not sent; what is right is sent once and clean afterwards', async () => {
  const sent: Values[] = [];
  const edit = form(async (values) => void sent.push(values));
  expect(await edit.save()).toBe(false);
  edit.values.name = 'South';
  expect(edit.dirty).toBe(true);
  const [first, second] = [edit.save(), edit.save()];
  expect([await first, await second]).toEqual([true, false]);
  expect(sent).toEqual([{ name: 'South', seconds: 20 }]);
  expect(edit.dirty).toBe(false);
});

test('a refusal stands at its field until the value changes, any other at the foot with its request', async () => {
  let error: unknown = new Failed('CONFLICT', 'this name is taken', 'name');
  const edit = form(() => Promise.reject(error));
  edit.values.name = 'South';
  expect(await edit.save()).toBe(false);
  expect(edit.problem('name')).toMatch(/taken.*another/i);
  expect(edit.general).toBeNull();
  edit.values.name = 'North';
  expect(edit.problem('name')).toBeNull();
  error = new Failed('INTERNAL', 'something went wrong', null, '0199abc');
  expect(await edit.save()).toBe(false);
  expect(edit.general).toContain('0199abc');
  error = new Failed('INVALID', 'no such thing', 'somethingElse');
  expect(await edit.save()).toBe(false);
  expect(edit.general).toContain('No such thing.');
});

test('values follow the rules of the server', () => {
  expect([check.email('ana@example.com'), check.url('https://bot.example/hook'), check.zone('Asia/Tokyo'), check.password('twelve chars', true), check.password('', false)].every((p) => p === null)).toBe(true);
  expect([check.email('ana@host'), check.url('ftp://x'), check.url('x'), check.zone('Mars'), check.password('short', false), check.password('', true), check.range(1.5, 0, 9), check.range(null, 0, 9), check.name(' ')].every(Boolean)).toBe(true);
  expect(languageTags('en, ZH-hans；pt-br')).toEqual(['en', 'zh-Hans', 'pt-BR']);
  expect([languageTags('not a tag!'), check.languages('x-')]).toEqual([null, expect.any(String)]);
});

test('passwords are long, readable and drawn evenly', () => {
  expect(newPassword()).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
  let from = 240;
  const biased = newPassword((size) => Uint8Array.from({ length: size }, () => from++ % 256));
  expect(biased.replaceAll('-', '').startsWith('23456789abc')).toBe(true);
});
