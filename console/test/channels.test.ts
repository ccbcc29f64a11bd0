import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changedSettings, givenSecrets, listed, meant, problem, shown, type FieldOf } from '../src/lib/channels';
import { en } from '../src/lib/i18n/en';
import { CHANNELS } from '../src/ui/channels';

const field = (name: string, more: Partial<FieldOf> = {}): FieldOf => ({ name, label: name, help: '', example: '', input: 'TEXT', choices: [], required: false, secret: false, generated: false, ...more }) as FieldOf;
const port = field('port', { input: 'NUMBER', required: true });
const origins = field('origins', { input: 'LIST' });
const trusted = field('trusted', { input: 'BOOLEAN' });
const base = field('api_base', { input: 'URL' });
const token = field('token', { secret: true, required: true });
const verify = field('verify', { secret: true, required: true, generated: true });

test('a value goes to its field and back as the server knows it', () => {
  for (const [one, value] of [[port, 2525], [origins, ['a.example', 'b.example']], [trusted, true], [base, 'https://a.example']] as const) {
    expect(meant(one, shown(one, value))).toEqual(value);
  }
  expect([meant(base, ' '), meant(origins, '\n'), shown(port, null), shown(trusted, undefined)]).toEqual([null, null, '', false]);
});

test('what the server would refuse is said before', () => {
  expect([problem(port, ''), problem(port, '25x'), problem(port, '25')]).toEqual(['required', 'number', null]);
  expect([problem(base, ''), problem(base, 'ftp://a'), problem(base, 'a.example'), problem(base, 'http://a.example')]).toEqual([null, 'url', 'url', null]);
  expect([problem(token, ' '), problem(verify, '')]).toEqual(['required', null]);
});

test('only what changed is sent, and what was emptied is taken away', () => {
  const before = { port: 25, origins: ['a'], api_base: 'https://a.example' };
  const values = { port: '25', origins: 'a\nb', trusted: false, api_base: '' };
  expect(changedSettings([port, origins, trusted, base, token], values, before)).toEqual([
    { name: 'origins', value: ['a', 'b'] },
    { name: 'api_base', value: null },
  ]);
});

test('secrets are sent when they were typed, and never as settings', () => {
  const values = { token: ' abc ', verify: '', port: '1' };
  expect(givenSecrets([token, verify, port], values)).toEqual([{ name: 'token', value: 'abc' }]);
  expect(changedSettings([token], values, {})).toEqual([]);
});

test('lists take lines and commas of both scripts', () => {
  expect(listed('a, b\n\n c，d')).toEqual(['a', 'b', 'c', 'd']);
});

test('every channel of the server has its picture and its name', () => {
  const source = readFileSync(new URL('../../crates/domain/src/channel/mod.rs', import.meta.url), 'utf8');
  const kinds = [...(/^kinds! \{\n([^}]*)\}/m.exec(source)?.[1] ?? '').matchAll(/^ +\w+ = "(\w+)"/gm)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(0);
  expect(Object.keys(CHANNELS).sort()).toEqual(kinds.sort());
  for (const kind of kinds) expect(en, kind).toHaveProperty([`channel.${kind}`]);
});
