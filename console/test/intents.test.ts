import { expect, test } from 'vitest';
import { nameOf, once, parse, placeOf, weakest, type Model } from '../src/admin/intents';

const read = (text: string): [string, string][] => parse(text).lines.map(({ intent, text: said }) => [intent, said]);

test('two columns in any order, by tabs or commas, with or without a heading', () => {
  const wanted = [['refund', 'I want my money back, please'], ['track', 'Where is my parcel?']];
  expect(read('refund\tI want my money back, please\ntrack\tWhere is my parcel?')).toEqual(wanted);
  expect(read('I want my money back, please\trefund\n\nWhere is my parcel?\ttrack\n')).toEqual(wanted);
  expect(read('intent,text\r\nrefund,"I want my money back, please"\r\ntrack,Where is my parcel?')).toEqual(wanted);
  expect(read('text,label\n"I want my money back, please",refund\nWhere is my parcel?,track')).toEqual(wanted);
  expect(read('{"text":"I want my money back, please","label":"refund"}\n{"intent":"track","text":"Where is my parcel?"}')).toEqual(wanted);
});

test('a single word counts as a text where the heading says which is which', () => {
  expect(read('text,intent\nhello,greeting')).toEqual([['greeting', 'hello']]);
  expect(read('hello,greeting')).toEqual([['hello', 'greeting']]);
});

test('quotes in quotes, other scripts, and commas that nobody quoted', () => {
  expect(read('refund,"He said ""no"""')).toEqual([['refund', 'He said "no"']]);
  expect(read('refund\t我想退款')).toEqual([['refund', '我想退款']]);
  expect(read('refund,no, thanks')).toEqual([['refund', 'no, thanks']]);
});

test('lines that are none of that are named', () => {
  expect(parse('refund\tyes\njust words\n{"text":1}\nRefund Me,And Me\nrefund,')).toEqual({ lines: [{ intent: 'refund', text: 'yes', line: 1 }], wrong: [2, 3, 4, 5] });
});

test('what says the same is kept once', () => {
  const lines = parse('a\tGive it  back\nb\tgive it back \na\tkeep it').lines;
  expect(once(lines).map(({ line }) => line)).toEqual([1, 3]);
});

test('places, names and what is found least often', () => {
  expect([placeOf('examples.12.text'), placeOf('examples'), placeOf(null)]).toEqual([12, null, null]);
  expect(nameOf('  Cancel Order ')).toBe('cancel_order');
  const one = (intent: string, heldOut: number, right: number) => ({ intent, heldOut, right, examples: 9, wronglySaid: 0 });
  const model = { evaluation: { intents: [one('a', 2, 2), one('b', 0, 0), one('c', 4, 1)] } } as unknown as Model;
  expect(weakest(model).map(({ intent }) => intent)).toEqual(['c', 'a', 'b']);
});
