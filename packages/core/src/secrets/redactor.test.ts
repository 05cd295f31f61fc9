import { describe, expect, test } from '@jest/globals';
import { encodedForms } from './forms/encoded-forms.ts';
import { createRedactor, SHORTEST_SECRET } from './redactor.ts';
import { Secret } from './secret.ts';

const TOKEN = 'tok/en+with "quotes" & ünïcödé~42';
const MARK = '[redacted PAT]';

function redactorFor(values: Record<string, string>) {
  const redactor = createRedactor();
  for (const [name, value] of Object.entries(values)) redactor.add(new Secret(name, value));
  return redactor;
}

function inPieces(redactor: ReturnType<typeof createRedactor>, pieces: readonly string[]): string {
  const stream = redactor.stream();
  return pieces.map((piece) => stream.write(piece)).join('') + stream.end();
}

describe('every form of a known value', () => {
  const forms = encodedForms(TOKEN);
  const redactor = redactorFor({ PAT: TOKEN });

  test('all of them are tested', () => {
    expect(new Set(forms.map(({ form }) => form))).toEqual(
      new Set(['raw', 'url-encoded', 'html-escaped', 'json-escaped', 'quoted', 'base64', 'base64url', 'hex']),
    );
    const texts = forms.map(({ text }) => text);
    expect(texts).toContain(TOKEN);
    expect(texts).toContain(encodeURIComponent(TOKEN));
    expect(texts).toContain(encodeURIComponent(TOKEN).replace(/%../g, (code) => code.toLowerCase()));
    expect(texts).toContain(new URLSearchParams({ k: TOKEN }).toString().slice(2));
    expect(texts).toContain(JSON.stringify(TOKEN).slice(1, -1));
    expect(texts).toContain(Buffer.from(TOKEN).toString('hex'));
  });

  test.each(forms)('$form: $text is removed when cut in two at any offset', ({ text }) => {
    expect(redactor.redact(`<${text}>`)).toBe(`<${MARK}>`);
    const whole = `<${text}> end`;
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(inPieces(redactor, [whole.slice(0, cut), whole.slice(cut)])).toBe(`<${MARK}> end`);
    }
    expect(inPieces(redactor, [...whole])).toBe(`<${MARK}> end`);
  });

  test.each(forms)('$form: $text is removed from wrapped lines, and the breaks stay', ({ text }) => {
    for (let cut = 1; cut < text.length; cut++) {
      const wrapped = `<${text.slice(0, cut)}\r\n${text.slice(cut)}>`;
      expect(redactor.redact(wrapped).replace(/[\r\n]/g, '')).toBe(`<${MARK}>`);
      expect(inPieces(redactor, [wrapped])).toBe(`<${MARK}\n>`);
    }
  });
});

describe.each(['base64', 'base64url'] as const)('%s of a document that holds the value', (encoding) => {
  test.each([0, 1, 2, 3, 4, 5])('with the value %i bytes in', (offset) => {
    const redactor = redactorFor({ PAT: TOKEN });
    const document = `[{"url":"${'x'.repeat(offset)}`;
    const text = Buffer.from(`${document}${TOKEN}@github.com/o/r","branch":"v15"}]`).toString(encoding);
    for (let cut = 0; cut <= text.length; cut++) {
      const redacted = inPieces(redactor, [text.slice(0, cut), text.slice(cut)]);
      expect(redacted).toContain(MARK);
      const rest = redacted.split(MARK).map((part) => Buffer.from(part, encoding).toString('latin1'));
      expect(rest.join('')).not.toContain(TOKEN.slice(1, 5));
      expect(redacted.length).toBeLessThan(
        text.length - Math.floor((TOKEN.length * 4) / 3) + MARK.length + 3,
      );
    }
  });

  test.each([0, 1, 2])('with the value as a URL or JSON writes it, %i bytes in', (offset) => {
    const redactor = redactorFor({ PAT: TOKEN });
    for (const written of [encodeURIComponent(TOKEN), JSON.stringify(TOKEN).slice(1, -1)]) {
      const text = Buffer.from(`${'x'.repeat(offset)}${written}@github.com`).toString(encoding);
      const rest = redactor.redact(text).split(MARK);
      expect(rest).toHaveLength(2);
      expect(Buffer.from(rest[0] ?? '', encoding).toString('latin1')).not.toContain(written.slice(0, 3));
    }
  });

  test('wrapped at 76 columns, each line a piece', () => {
    const redactor = redactorFor({ PAT: TOKEN });
    for (let before = 0; before < 60; before++) {
      const lines = Buffer.from(`${'y'.repeat(before)}${TOKEN} and more of the document`)
        .toString(encoding)
        .replace(/.{76}/g, '$&\n')
        .split(/(?<=\n)/);
      expect(inPieces(redactor, lines)).toContain(MARK);
    }
  });
});

describe('several secrets', () => {
  test('overlapping secrets are removed completely', () => {
    const redactor = redactorFor({ A: 'abcdefgh', B: 'efghijklmn', C: 'defghi' });
    expect(redactor.redact('1 abcdefghijklmn 2')).toBe('1 [redacted B] 2');
    for (let cut = 0; cut <= 18; cut++) {
      const redacted = inPieces(redactor, [
        '1 abcdefghijklmn 2'.slice(0, cut),
        '1 abcdefghijklmn 2'.slice(cut),
      ]);
      expect(redacted).toMatch(/^1 \[redacted \w\] 2$/);
    }
  });

  test('a value that contains another is replaced as one', () => {
    const redactor = redactorFor({ SHORT: 'secret-one', LONG: 'my-secret-one-and-more' });
    expect(redactor.redact('my-secret-one-and-more')).toBe('[redacted LONG]');
    expect(redactor.redact('secret-one')).toBe('[redacted SHORT]');
    expect(redactor.redact('my-secret-one-and-')).toBe('my-[redacted SHORT]-and-');
  });

  test('a value with two names gets the first', () => {
    expect(redactorFor({ FIRST: 'same-value', SECOND: 'same-value' }).redact('same-value')).toBe(
      '[redacted FIRST]',
    );
  });

  test('the end of one that may begin the next is held back, however it is cut', () => {
    const redactor = redactorFor({ A: 'abcdef-abcdef' });
    for (const text of ['abcdef-abcdef-abc end', 'abcdef-abcdef\n\n- end', 'abcdef-abcdef-abcdef-abcdef-x']) {
      const whole = inPieces(redactor, [text]);
      expect(whole).not.toContain('def');
      expect(inPieces(redactor, [...text])).toBe(whole);
      for (let cut = 0; cut <= text.length; cut++) {
        for (let next = cut; next <= text.length; next++) {
          const pieces = [text.slice(0, cut), text.slice(cut, next), text.slice(next)];
          expect(inPieces(redactor, pieces)).toBe(whole);
        }
      }
    }
  });

  test('an endless repetition is replaced once and not held back', () => {
    const redactor = redactorFor({ A: 'aaaaaa' });
    const stream = redactor.stream();
    const out = Array.from({ length: 1000 }, () => stream.write('aaa'));
    expect(out.join('') + stream.end()).toBe('[redacted A]');
    expect(out[1]).toBe('[redacted A]');
  });

  test('one that is added later is redacted in an open stream', () => {
    const redactor = createRedactor();
    const stream = redactor.stream();
    expect(stream.write('value-one ')).toBe('value-one ');
    redactor.add({ name: 'LATE', value: 'value-one' });
    expect(stream.write('value-one ')).toBe('[redacted LATE] ');
  });
});

test('each line of a multi-line secret is redacted', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END KEY-----\n';
  const redactor = redactorFor({ KEY: key });
  expect(redactor.redact('#12 MIIEvQIBADANBgkqhkiG\n#12 9w0BAQEFAASCBKcwggSj')).toBe(
    '#12 [redacted KEY]\n#12 [redacted KEY]',
  );
  expect(redactor.redact(key.replaceAll('\n', '\r\n'))).toMatch(/^\[redacted KEY\]\s+$/);
});

test.each(['', '1', '12345'])('a value as short as "%s" is refused', (value) => {
  const redactor = createRedactor();
  expect(redactor.add({ name: 'SHORT', value })).toBe('too-weak');
  expect(redactor.redact(`x${value}y`)).toBe(`x${value}y`);
  expect(redactor.add({ name: 'LONG', value: 'x'.repeat(SHORTEST_SECRET) })).toBe('added');
});

test('only what may begin a secret is held back', () => {
  const stream = redactorFor({ PAT: 'ghx-123456' }).stream();
  expect(stream.write('building gh')).toBe('building ');
  expect(stream.write('ost\n')).toBe('ghost\n');
  expect(stream.write('done\n')).toBe('done\n');
});

describe('in a pause', () => {
  test('a few characters that may begin a secret are shown, and the rest of it is not', () => {
    const stream = redactorFor({ PAT: 'd-123456789' }).stream();
    expect(stream.write('started\n')).toBe('starte');
    expect(stream.pause()).toBe('d\n');
    expect(stream.pause()).toBe('');
    expect(stream.write('done\n')).toBe('done\n');
    expect(stream.write('d')).toBe('');
    expect(stream.pause()).toBe('d');
    expect(stream.write('-123456789 after.')).toBe('[redacted PAT] after.');
  });

  test('more of it stays held back', () => {
    const stream = redactorFor({ PAT: 'd-123456789' }).stream();
    expect(stream.write('d-12')).toBe('');
    expect(stream.pause()).toBe('');
    expect(stream.write('.\n')).toBe('d-12.\n');
  });

  test('the rest of one whose replacement is written stays hidden', () => {
    const stream = redactorFor({ A: 'abcdef-abcdef' }).stream();
    const out = [stream.write('abcdef-abcdef-a'), stream.pause(), stream.write('bcdef end'), stream.end()];
    expect(out.join('')).toBe('[redacted A] end');
  });

  test('wherever it pauses, no secret is shown beyond its first characters', () => {
    const secret = 'pa/ss+word-0123';
    const redactor = redactorFor({ S: secret });
    for (let cut = 0; cut <= secret.length; cut++) {
      const stream = redactor.stream();
      const out = [
        stream.write(`a ${secret.slice(0, cut)}`),
        ...[stream.pause(), stream.write(`${secret.slice(cut)} b ${secret}`), stream.pause(), stream.end()],
      ];
      const begin = cut <= 3 ? secret.slice(0, cut) : '';
      expect(out.join('')).toBe(`a ${begin}[redacted S] b [redacted S]`);
    }
  });
});

describe('control characters', () => {
  test.each([
    ['a change of colour', 'super\x1b[31msecret\x1b[0m'],
    ['a character without width', 'super\u200bsecret'],
    ['CR LF', 'super\r\nsecret'],
  ])('%s does not hide a secret', (_, text) => {
    const redactor = redactorFor({ PAT: 'supersecret' });
    expect(redactor.redact(text)).not.toMatch(/super|secret/);
    for (let cut = 0; cut <= text.length; cut++) {
      expect(inPieces(redactor, [text.slice(0, cut), text.slice(cut)])).toMatch(/^\[redacted PAT\]\n?$/);
    }
  });

  test.each(['zero\u200dwidth\u200dsecret', 'bell\u0007and\u001bescape', 'tag\u{e0041}ged secret'])(
    'of a secret itself do not hide it: %j',
    (value) => {
      const redactor = redactorFor({ PAT: value });
      expect(redactor.redact(`<${value}>`)).toBe(`<${MARK}>`);
      for (let cut = 0; cut <= value.length; cut++) {
        expect(inPieces(redactor, [`<${value.slice(0, cut)}`, `${value.slice(cut)}>`])).toBe(`<${MARK}>`);
      }
    },
  );

  test('stay around a secret', () => {
    expect(redactorFor({ PAT: 'supersecret' }).redact('\x1b[2J\x1b[31msupersecret\x1b[0m')).toBe(
      `\x1b[2J\x1b[31m${MARK}\x1b[0m`,
    );
  });

  test('stay without a secret', () => {
    expect(redactorFor({ PAT: 'supersecret' }).redact('\x1b[31mred\x1b[0m')).toBe('\x1b[31mred\x1b[0m');
  });
});

describe('token shapes of unknown value', () => {
  const classic = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
  const shapes: [string, string][] = [
    [`a ${classic} b`, 'a [redacted token] b'],
    [`a ${classic.replace('ghp', 'gho')}\n`, 'a [redacted token]\n'],
    [`github_pat_11ABCDEFG0${'aB3_'.repeat(18)}`, '[redacted token]'],
    [`ghu_12_${'a-b_c.'.repeat(12)}`, '[redacted token]'],
    ['glpat-abcdefghij0123456789_-abc.01.0z1y2x3 b', '[redacted token] b'],
    ['glsoat-abcdefghij0123456789', '[redacted token]'],
    ['glagent-abcdefghij0123456789', '[redacted token]'],
    [`npm_${'aB3d'.repeat(9)} b`, '[redacted token] b'],
    [`dckr_pat_${'aB3_'.repeat(7)}`, '[redacted token]'],
    [`pypi-AgEIcHlwaS5vcmc${'aB3-'.repeat(15)}`, '[redacted token]'],
    [`xoxb-1234567890-${'aB3d'.repeat(6)}`, '[redacted token]'],
    [`ATBB${'aB3d'.repeat(8)}`, '[redacted token]'],
    [`AKIA${'A2B3'.repeat(4)} b`, '[redacted token] b'],
    [`ghp_${'x'.repeat(36)}`, `ghp_${'x'.repeat(36)}`],
    ['glpat-your-token-goes-here-now', 'glpat-your-token-goes-here-now'],
    [`ghs_12345_eyJhbGciOi.${'a-b_c.'.repeat(60)}`, '[redacted token]'],
    ['glpat-abcdefghij0123456789', '[redacted token]'],
    ['gldt-abcdefghij0123456789', '[redacted token]'],
    ['glptt-abcdefghij0123456789 b', '[redacted token] b'],
    [
      'fatal: https://user:pa55@example.com/x refused',
      'fatal: https://[redacted credentials]@example.com/x refused',
    ],
    ['https://abcdef0123@example.com/x', 'https://[redacted credentials]@example.com/x'],
    ['postgres://u:p@db/x', 'postgres://[redacted credentials]@db/x'],
  ];
  test.each(shapes)('%s', (text, redacted) => {
    const redactor = createRedactor();
    expect(redactor.redact(text)).toBe(redacted);
    for (let cut = 0; cut <= text.length; cut++) {
      expect(inPieces(redactor, [text.slice(0, cut), text.slice(cut)])).toBe(redacted);
    }
  });

  test.each([
    'https://${PAT_DESIRED_EFFECT}@github.com/o/r',
    'https://{{ PAT }}@github.com/o/r',
    'ssh://git@github.com/o/r',
    'https://github.com/o/r@v15',
    'the ghp_ prefix',
    'https://registry.example/@scope/name',
  ])('%s stays', (text) => {
    expect(createRedactor().redact(text)).toBe(text);
    expect(inPieces(createRedactor(), [...text])).toBe(text);
  });

  test('a known value in a URL is replaced by its name, with the user', () => {
    const redactor = redactorFor({ PAT: 'known-value' });
    expect(redactor.redact('https://oauth2:known-value@example.com/o/r')).toBe(
      'https://[redacted PAT]@example.com/o/r',
    );
  });
});

describe('redactValue', () => {
  const redactor = redactorFor({ PAT: 'supersecret' });

  test('redacts in objects, arrays, maps, keys and errors', () => {
    const cause = Object.assign(new TypeError('cause supersecret'), { cmd: ['git', 'supersecret'] });
    const error = new Error('supersecret', { cause });
    const value = {
      list: ['supersecret', 1, null],
      supersecret: true,
      map: new Map([['k', 'supersecret']]),
      error,
    };
    const copy = redactor.redactValue(value);
    expect(copy.list).toEqual([MARK, 1, null]);
    expect(Object.keys(copy)).toContain(MARK);
    expect(copy.map.get('k')).toBe(MARK);
    expect(copy.error.message).toBe(MARK);
    expect(copy.error.stack).not.toContain('supersecret');
    expect(copy.error.cause).toBeInstanceOf(TypeError);
    expect((copy.error.cause as typeof cause).cmd).toEqual(['git', MARK]);
    expect(value.error.message).toBe('supersecret');
  });

  test('copies cycles and __proto__', () => {
    const cyclic: { text: string; self?: unknown } = { text: 'supersecret' };
    cyclic.self = cyclic;
    const copy = redactor.redactValue(cyclic);
    expect(copy.self).toBe(copy);
    expect(copy.text).toBe(MARK);
    const hostile = JSON.parse('{"__proto__": {"polluted": "supersecret"}}');
    expect(JSON.stringify(redactor.redactValue(hostile))).toBe(`{"__proto__":{"polluted":"${MARK}"}}`);
  });

  test('returns a Secret unchanged', () => {
    const secret = new Secret('PAT', 'supersecret');
    expect(redactor.redactValue({ secret }).secret).toBe(secret);
  });
});
