import { expect, test } from '@jest/globals';
import { type EnvExpression, readExpression } from './env-expression.ts';

const text = (value: string): EnvExpression => ({ kind: 'text', text: value });
const positional = (value: EnvExpression) => ({ key: undefined, value });

test.each<[string, EnvExpression]>([
  ['string', text('string')],
  ['a=b', text('a=b')],
  ['"two words"', text('two words')],
  ['"a \\" b"', text('a " b')],
  ['/^a[/)]\\/b$/i', { kind: 'pattern', source: '^a[/)]\\/b$', flags: 'i' }],
  ['/etc/hosts', text('/etc/hosts')],
  ['[a, "b, c"]', { kind: 'list', items: [text('a'), text('b, c')] }],
  [
    'enum(a, "b)", c)',
    { kind: 'call', name: 'enum', args: ['a', 'b)', 'c'].map((one) => positional(text(one))) },
  ],
  [
    'url(allowedDomains=[a.com, b.com], prependHttps=true)',
    {
      kind: 'call',
      name: 'url',
      args: [
        { key: 'allowedDomains', value: { kind: 'list', items: [text('a.com'), text('b.com')] } },
        { key: 'prependHttps', value: text('true') },
      ],
    },
  ],
  [
    'array(email(normalize=true))',
    {
      kind: 'call',
      name: 'array',
      args: [positional({ kind: 'call', name: 'email', args: [{ key: 'normalize', value: text('true') }] })],
    },
  ],
  ['{enabled=false}', { kind: 'record', args: [{ key: 'enabled', value: text('false') }] }],
])('%s', (written, value) => {
  expect(readExpression(written)).toEqual({ value, end: written.length });
  expect(readExpression(`${written} # a remark`)).toEqual({ value, end: written.length });
});

test.each(['string(', 'string(a', '"open', '[a, b', 'a(b))', 'f(a b)'])('%s does not end', (written) => {
  expect(readExpression(written)).toBeUndefined();
});
