import type { AuditReport, FilePlace, Leak, LeakForm, LeakPlace } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { auditReport } from './audit-report.ts';
import { writeText } from './text.ts';

const textOf = (reports: readonly AuditReport[]) =>
  writeText(auditReport(reports), { style: createStyle(false) });
const layer = { number: 2, total: 3, digest: `sha256:${'a'.repeat(64)}`, instruction: 'RUN bench init' };
const place: FilePlace = { kind: 'file', layer, path: 'logs/bench.log', inside: [], isInName: false };

const whole: LeakForm = { form: 'raw', arrangement: 'whole', count: 1 };

function leakAt(places: readonly (readonly [LeakPlace, ...LeakForm[]])[], changes: Partial<Leak> = {}): Leak {
  return {
    severity: 'error',
    secret: 'PAT',
    isKnown: true,
    places: places.map(([at, ...forms]) => ({ place: at, forms: forms.length === 0 ? [whole] : forms })),
    omitted: 0,
    fixes: ['Revoke it.', 'Change the step.'],
    ...changes,
  };
}

const report: AuditReport = {
  image: 'acme/erp:1.4.0',
  imageId: `sha256:${'b'.repeat(64)}`,
  passed: true,
  leaks: [],
  unread: [],
  unreadOmitted: 0,
  secrets: 2,
  weak: [],
  layers: { searched: 3, total: 3 },
  outsideImages: [],
  durationMs: 1234,
};

test('a clean image, one that need not be read, and one without secrets to search for', () => {
  expect(textOf([report])).toBe(
    '✓ acme/erp:1.4.0 holds no secret of the site; 2 secrets searched for, 3 of 3 layers read, 1.2s\n',
  );
  expect(textOf([{ ...report, layers: { searched: 0, total: 3 } }])).toContain('3 layers found clean before');
  expect(textOf([{ ...report, secrets: 0 }])).toContain('no secret of the site is known');
  expect(textOf([])).toBe('The engine has no image of this site.\n');
});

test('an image that is clean but for what was not read, grouped by the reasons', () => {
  const why = 'It is packed by xz, which is not unpacked.';
  const unread = [1, 2, 3, 4, 5, 6, 7].map((number) => ({
    path: `${number}.deb`,
    inside: ['data.tar.xz'],
    why,
  }));
  const partly = { ...report, unread: [...unread, { path: 'a.gz', inside: [], why: 'It breaks off.' }] };
  const text = textOf([{ ...partly, unreadOmitted: 4 }, report]);
  expect(text).toContain('5.deb > data.tar.xz and 2 more were not searched completely: It is packed by xz');
  expect(text).toContain('a.gz was not searched completely: It breaks off.');
  expect(text).toContain('4 more packed files were not searched completely.');
  expect(text).toContain('acme/erp:1.4.0 is clean but for 12 unread files; 2 secrets');
  expect(text).toMatch(/2 images, none with a secret, 1 not read completely\n$/);
});

test('leaks by their secret, the instructions of their layers, and what was not read', () => {
  const deleted = { ...place, deletedBy: { ...layer, number: 3 } };
  const leaks = [
    leakAt([
      [{ kind: 'configuration', field: 'label x' }],
      [{ ...place, path: 'a.tgz', inside: ['gzip', 'etc/x'], isInName: true }],
      [deleted, { ...whole, count: 3 }, { form: 'base64', arrangement: 'wrapped', count: 1 }],
    ]),
    leakAt([[place]], { severity: 'warning', secret: 'a token of GitHub (ghp_…)', fixes: ['Look at it.'] }),
  ];
  const record = { kind: 'build-record', id: 'abc' } as const;
  const outsideImages = [leakAt([[record]], { severity: 'warning', fixes: ['Revoke it.', 'Remove it.'] })];
  const unread = [{ path: 'b.gz', inside: [], why: 'It breaks off.' }];
  const text = textOf([{ ...report, passed: false, leaks, outsideImages, unread }]);
  expect(text).toMatchSnapshot();
});

test('a secret in many places is one block: its first places, and how many more there are', () => {
  const places = Array.from({ length: 40 }, (_, index) => [{ ...place, path: `logs/${index}` }] as const);
  const text = textOf([{ ...report, passed: false, leaks: [leakAt(places, { omitted: 7 })] }]);
  expect(text.match(/PAT/g)).toEqual(['PAT']);
  expect(text.match(/Revoke it/g)).toHaveLength(1);
  expect(text).toContain('PAT in 47 places\n      logs/0 (layer 2 of 3): unencoded\n');
  expect(text).toContain(
    'logs/4 (layer 2 of 3): unencoded\n      made by RUN bench init\n      … and 42 more places\n',
  );
  expect(text).toContain('1 secret in 47 places; 2 secrets searched for');
});

test('of several images, how many hold a secret', () => {
  const text = textOf([report, { ...report, passed: false, leaks: [leakAt([[place]])] }]);
  expect(text).toMatch(/1 of 2 images with a secret\n$/);
});
