import { describe, expect, test } from '@jest/globals';
import { checkEnv, type EnvExpectations } from './check-env.ts';
import { parseEnv } from './env-file.ts';
import { deriveEnvSchema } from './env-schema.ts';
import { envTypeOf, inferEnvType } from './env-types.ts';

function check(example: string, env: string, expectations?: EnvExpectations) {
  const schema = deriveEnvSchema(example, 'de-example.env');
  return checkEnv(parseEnv(env, '.env').env, schema, expectations);
}

/** Findings as `id subject line`. */
function found(example: string, env: string, expectations?: EnvExpectations): string[] {
  return check(example, env, expectations).findings.map(({ id, subject, line }) =>
    [id, subject, line].filter((part) => part !== undefined).join(' '),
  );
}

describe('keys', () => {
  test.each([
    ['all there', 'A=x\nB=', 'A=y\nB=', []],
    ['empty in both', 'A=', 'A=', []],
    ['filled though empty in the example', 'A=', 'A=y', []],
    ['missing', 'A=x\nB=', 'B=', ['env-key-missing A']],
    ['missing though empty in the example', 'A=', '', ['env-key-missing A']],
    ['empty where the example has a value', 'A=x', 'A=', ['env-value-empty A 1']],
    ['unknown', 'A=x', 'A=x\nZEBRA=1', ['env-key-unknown ZEBRA 2']],
    ['commented out: may be left out', '# A=x', '', []],
    ['commented out: may be empty', '#A=x', 'A=', []],
    ['commented out: known', '# A=5', 'A=7', []],
    ['commented out: of a shape', '# A=5', 'A=many', ['env-value-unlikely A 1']],
    ['prose is no key', '# Single site: RULE=x\n# or RULE=y\nRULE=', 'RULE=', []],
    ["Compose's own", 'A=x', 'A=x\nCOMPOSE_PROJECT_NAME=erp', []],
  ])('%s', (_, example, env, expected) => {
    expect(found(example, env)).toEqual(expected);
  });

  test('a mistyped key is an error that names the one that is missing', () => {
    const { findings } = check('DB_PASSWORD=x', 'DB_PASWORD=y');
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['env-key-missing', 'error'],
      ['env-key-unknown', 'error'],
    ]);
    expect(findings[0]?.fix).toContain('Rename DB_PASWORD in line 1');
    expect(findings[1]?.fix).toContain('DB_PASSWORD');
  });

  test('any other unknown key is a warning', () => {
    expect(check('A=x', 'A=x\nLEFT_OVER=1').findings).toMatchObject([{ severity: 'warning' }]);
  });

  test('an alias satisfies the other, and what de-build knows is not unknown', () => {
    const expectations = {
      aliases: [['PAT_DESIRED_EFFECT', 'DE_MACRS_PAT']],
      knownKeys: new Set(['FRAPPE_BRANCH']),
    };
    const example = '# @required\nPAT_DESIRED_EFFECT=';
    expect(found(example, 'DE_MACRS_PAT=t\nFRAPPE_BRANCH=x', expectations)).toEqual([]);
    expect(found(example, 'PAT_DESIRED_EFFECT=\nDE_MACRS_PAT=t', expectations)).toEqual([]);
    expect(found(example, 'DE_MACRS_PAT=', expectations)).toEqual(['env-key-missing PAT_DESIRED_EFFECT']);
    expect(found(example, 'OTHER_PAT=t', { ...expectations, knownKeys: new Set() })).toContain(
      'env-key-unknown OTHER_PAT 1',
    );
  });
});

describe('decorators', () => {
  test.each([
    ['@required asks for a value', '# @required\nA=', 'A=', ['env-value-empty A 1']],
    ['@optional lets a key be left out', '# @optional\nA=x', '', []],
    ['@optional lets it be empty', '# @optional\nA=x', 'A=', []],
    ['@required=false', '# @required=false\nA=x', '', []],
    [
      'several on a line, a remark after them',
      '# @optional @type=int # of workers\nA=x',
      'A=y',
      ['env-value-shape A 1'],
    ],
    [
      'several lines with prose between',
      '# @optional\n# How many.\n# @type=int\nA=x',
      'A=y',
      ['env-value-shape A 1'],
    ],
    ['after the value', 'A= # @required', 'A=', ['env-value-empty A 1']],
    ['not in prose', '# it is @required here\nA=', 'A=', []],
    ['a blank line parts them', '# @required\n\nA=', 'A=', []],
    ['a divider parts them', '# @required\n# ---\nA=', 'A=', []],
    ['on a commented key', '# @type=port\n# A=', 'A=99999', ['env-value-shape A 1']],
    ['only on their own key', '# @required\nA=\nB=', 'A=x\nB=', []],
    ['@defaultRequired=true', '# @defaultRequired=true\n# ---\nA=', 'A=', ['env-value-empty A 1']],
    ['@defaultRequired=true and @optional', '# @defaultRequired=true\n# ---\n# @optional\nA=', '', []],
    ['@defaultRequired=false', '# @defaultRequired=false\n# ---\nA=x', '', []],
    ['@defaultRequired=infer', '# @defaultRequired=infer\n# ---\nA=x\nB=', 'A=\nB=', ['env-value-empty A 1']],
    ['commented keys stay optional', '# @defaultRequired=true\n# ---\n# A=', '', []],
  ])('%s', (_, example, env, expected) => {
    expect(found(example, env)).toEqual(expected);
  });

  test('who is sensitive', () => {
    const example = [
      '# @defaultSensitive=false',
      '# ---',
      '# @sensitive',
      'LICENCE=',
      'DB_PASSWORD=',
      '# @sensitive=false',
      'TOKEN_URL=',
      '# @public',
      'SECRET_NAME=',
      'PLAIN=',
      '# @sensitive={preventLeaks=false}',
      'PIN=',
    ].join('\n');
    const keys = [...deriveEnvSchema(example, 'x').keys.values()];
    expect(keys.filter((key) => key.sensitive).map((key) => key.key)).toEqual([
      'LICENCE',
      'DB_PASSWORD',
      'PIN',
    ]);
  });

  test('@defaultSensitive, with and without a prefix', () => {
    const sensitiveOf = (header: string) =>
      [...deriveEnvSchema(`# @defaultSensitive=${header}\n# ---\nPUBLIC_A=\nB=`, 'x').keys.values()]
        .filter((key) => key.sensitive)
        .map((key) => key.key);
    expect(sensitiveOf('true')).toEqual(['PUBLIC_A', 'B']);
    expect(sensitiveOf('inferFromPrefix(PUBLIC_)')).toEqual(['B']);
  });

  test('entries carry it, also for an alias', () => {
    const aliases = { aliases: [['LICENCE', 'LICENCE_OLD']], knownKeys: new Set<string>() };
    const { entries } = check(
      '# @sensitive\nLICENCE=\n# @public\nA_TOKEN=',
      'LICENCE_OLD=1\nA_TOKEN=2\nB_TOKEN=3',
      aliases,
    );
    expect([...entries.values()].map(({ key, sensitive }) => [key, sensitive])).toEqual([
      ['LICENCE_OLD', true],
      ['A_TOKEN', false],
      ['B_TOKEN', true],
    ]);
  });

  test('an unknown type and a mistyped decorator are warnings about the example', () => {
    const { findings } = deriveEnvSchema(
      '# @type=colour\nA=x\n# @requird\nB=\n# @docs(https://x) @icon=y\nC=',
      'x.env',
    );
    expect(findings.map(({ id, severity, line, file }) => [id, severity, line, file])).toEqual([
      ['env-type-unknown', 'warning', 1, 'x.env'],
      ['env-decorator-unknown', 'warning', 3, 'x.env'],
    ]);
  });
});

describe('shapes', () => {
  test.each([
    ['boolean', ['true', 'false', 'on', 'off', '1', 'No'], ['2', 'wahr', 'truee']],
    ['int', ['0', '-5', '12'], ['1.5', 'x', '1e3', '']],
    ['number', ['1.5', '-2'], ['x', '1,5', '.5']],
    ['number(min=1, max=9)', ['1', '9', '2.5'], ['0', '10']],
    ['number(isInt=true, min=0)', ['0'], ['0.5', '-1']],
    ['url', ['https://a.example.com/x', 'postgres://a/b'], ['example.com', 'https://a b']],
    ['url(allowedProtocols="https")', ['https://a'], ['http://a']],
    ['email', ['a@b.example'], ['a@b', 'a b@c.d', '@c.d']],
    ['port', ['0', '8080', '65535'], ['65536', '-1', '80a']],
    ['enum(a, "b c", 3)', ['a', 'b c', '3'], ['A', 'b', '']],
    ['semver', ['1.2.3', '1.2.3-rc.1'], ['v1.2.3', '1.2', '01.2.3']],
    ['host', ['db', 'db.example.com', '10.0.0.1', '::1', 'my_db'], ['a b', '-a', 'http://a', 'a:1']],
    ['ip', ['10.0.0.1', '::1'], ['10.0.0', 'db']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123']],
    ['string(minLength=3, startsWith=sk-)', ['sk-', 'sk-1'], ['sk', 'abc']],
    ['string(isLength=2)', ['ab'], ['a', 'abc']],
    ['string(matches=/^v\\d+$/i)', ['v1', 'V22'], ['1', 'va']],
    ['string(matches="^[ab]+$", toLowerCase=true)', ['ab', 'AB'], ['c']],
    ['number(min=1, max=9, coerceToMinMaxRange=true)', ['0', '12'], ['x']],
    ['number(isDivisibleBy=5, precision=1)', ['10'], ['7']],
    ['url(prependHttps=true)', ['erp.example.com/app', 'http://a.example.com'], ['a b']],
    [
      'url(allowedDomains=[example.com, "localhost:3000"])',
      ['https://example.com/x', 'http://EXAMPLE.com:8080', 'http://localhost:3000'],
      ['https://other.com', 'http://localhost:4000'],
    ],
    ['url(allowedProtocols=[postgres, "postgresql:"])', ['postgres://a', 'postgresql://a'], ['https://a']],
    [
      'url(noTrailingSlash=true, matches=/^https:\\/\\/api\\./)',
      ['https://api.a/v1'],
      ['https://api.a/', 'https://b'],
    ],
    ['domain', ['app.example.com'], ['*.example.com', 'localhost', '10.0.0.1', 'https://a.b', 'a.b:80']],
    ['domain(allowWildcard=true)', ['*.example.com', 'example.com'], ['*', 'a.*.com']],
    ['domain(allowSingleLabel=true, allowIp=true)', ['localhost', '10.0.3.12'], ['::1']],
    ['email(normalize=true)', ['A@B.example'], ['a']],
    ['port(min=1024, max=9999)', ['3000'], ['80', '10000']],
    ['ip(version=4)', ['10.0.0.1'], ['::1']],
    ['isoDate', ['2026-11-28', '2026-11-28T15:30:00Z'], ['28.11.2026', '2026-13-01']],
    ['md5', ['d41d8cd98f00b204e9800998ecf8427e'], ['d41d8']],
    ['duration', ['120s', '5m', '2 days', '500ms', '100'], ['soon', '5 fortnights', '-1s']],
    ['duration(min="1m", max="1d", output="seconds")', ['60s', '24h'], ['59s', '2d']],
    ['array(int, minLength=2)', ['1,2', '[1, 2, 3]'], ['1', '1,x']],
    ['array(enum(a, b), separator=";", unique=true)', ['a;b'], ['a;a', 'a;c']],
    ['record(number, keyType=enum(us, eu))', ['{"us": 1}'], ['{"us": "x"}', '{"de": 1}', '[1]']],
    ['simple-object', ['{"a": 1}', '{a=b}'], ['a', '[1]']],
  ])('%s', (written, right, wrong) => {
    const type = envTypeOf(written);
    if ('unknown' in type) throw new Error(type.unknown);
    expect(right.filter((text) => !type.schema.safeParse(text).success)).toEqual([]);
    expect(wrong.filter((text) => type.schema.safeParse(text).success)).toEqual([]);
  });

  test.each([
    ['colour', 'type colour'],
    ['enum()', 'type enum, as it is written'],
    ['enum', 'type enum, as it is written'],
    ['', 'type '],
    ['constructor', 'type constructor'],
    ['if(eq($A, b), url, string)', 'type if'],
    ['enum($MODES)', 'type enum, as it is written'],
    ['string(minDots=3)', 'option minDots'],
    ['string(minLength=if(eq($A, b), 3, 4))', 'option minLength'],
    ['string(minLength=$A)', 'option minLength'],
    ['string(minLength=many)', 'option minLength'],
    ['url(prependHttps=maybe)', 'option prependHttps'],
    ['string(matches="[")', 'option matches'],
    ['array(colour)', 'type array, as it is written'],
  ])('%j is not known: %s', (written, unknown) => {
    expect(envTypeOf(written)).toEqual({ unknown });
  });

  test('a guess is a warning, and what is not known checks nothing', () => {
    const port = check('HTTP_PUBLISH_PORT=8080', 'HTTP_PUBLISH_PORT=http').findings;
    expect(port).toMatchObject([{ id: 'env-value-unlikely', severity: 'warning' }]);
    const typed = check('# @type=port\nHTTP_PORT=8080', 'HTTP_PORT=127.0.0.1:8080').findings;
    expect(typed).toMatchObject([{ id: 'env-value-shape', severity: 'error' }]);
    expect(found('# @type=url(minDots=1)\nA=https://a', 'A=x')).toEqual([]);
  });

  test('a decorator that does not end is told', () => {
    const { findings } = deriveEnvSchema('# @required @type=string(minLength=3\nA=x', 'x.env');
    expect(findings).toMatchObject([{ id: 'env-decorator-unreadable', severity: 'warning', subject: 'A' }]);
  });

  test.each([
    ['A', 'true', 'true or false'],
    ['A', '120', 'a whole number, with or without a unit'],
    ['HTTP_PUBLISH_PORT', '8080', 'a port, with or without an address before it'],
    ['A', 'https://example.com', 'a URL with http or https'],
    ['A', 'mail@example.com', 'an e-mail address'],
    ['NODE_VERSION', '20.19.2', 'a version such as 1.2.3'],
    ['A', '1.2.3', undefined],
    ['A_VERSION', 'version-15', undefined],
    ['A', '007', undefined],
    ['A', '50m', undefined],
    ['A', 'on', undefined],
    ['A', 'Host(`a`)', undefined],
    ['A', '', undefined],
  ])('from %s=%s: %s', (key, value, shape) => {
    expect(inferEnvType(key, value)?.shape).toBe(shape);
  });

  test.each([
    [
      'HTTP_PORT',
      '8080',
      ['127.0.0.1:8080', '[::1]:8080', 'localhost:80', '8080-8090', '53/udp'],
      ['http', '80 80'],
    ],
    ['READ_TIMEOUT', '120', ['120s', '5m', '500ms', '50M', '1GiB', '-1'], ['x', '12 s', '1.5.2']],
  ])('%s=%s in the example', (key, value, fitting, unlikely) => {
    const type = inferEnvType(key, value);
    expect(fitting.filter((text) => type?.schema.safeParse(text).success !== true)).toEqual([]);
    expect(unlikely.filter((text) => type?.schema.safeParse(text).success === true)).toEqual([]);
  });

  test("a secret's example says nothing of its shape", () => {
    expect(found('DB_PASSWORD=123', 'DB_PASSWORD=correct-horse')).toEqual([]);
  });

  test('a shorter version has the shape of a version', () => {
    expect(found('PYTHON_VERSION=3.11.6', 'PYTHON_VERSION=3.11')).toEqual([]);
  });

  test('no finding holds a value', () => {
    const secret = 'S3CR3TV4LUE';
    const { findings } = check(
      'A=1\nB=true\n# @type=enum(x)\nC=x',
      `A=${secret}\nB=${secret}\nC=${secret}\nD=${secret}`,
    );
    expect(findings).toHaveLength(4);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });
});
