import { execFileSync } from 'node:child_process';
import type { CheckReport } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { check, finding } from '../progress/events.fixture.ts';
import { createStyle } from '../terminal/style.ts';
import { checkReport } from './check-report.ts';
import { githubCommands } from './github-commands.ts';
import { junitReport } from './junit-report.ts';
import { writeText } from './text.ts';

const report: CheckReport = {
  site: '/repo/sites/acme',
  siteVersion: '1.4.0',
  passed: false,
  errors: 2,
  warnings: 1,
  checks: [
    check({ summary: '41 keys & <more>' }),
    check({
      id: 'apps',
      title: 'apps.json',
      status: 'failed',
      findings: [
        finding({ what: 'A "quote", 100% \x1b[31mred\x1b[0m\x07.', file: 'apps.json', line: 4, column: 7 }),
        finding({ what: 'Another.', file: 'a:b,c.json' }),
        finding({ id: 'moving', severity: 'warning', what: 'A branch.' }),
      ],
    }),
    check({ id: 'disk', title: 'Disk space', status: 'skipped', summary: 'no engine' }),
  ],
};

test('pretty', () => {
  expect(
    writeText(checkReport(report, { wasShown: false, isVerbose: false }), { style: createStyle(false) }),
  ).toMatchInlineSnapshot(`
"  ✓ The env file                 41 keys & <more>
  ✗ apps.json
    ✗ A "quote", 100% red\\x07.  apps.json:4:7
      de-example.env asks for it.
      → Add it to .env.
    ✗ Another.  a:b,c.json:12
      de-example.env asks for it.
      → Add it to .env.
    ! A branch.  .env:12
      de-example.env asks for it.
      → Add it to .env.
  - Disk space                   no engine

✗ Not ready to release  3 checks, 2 errors, 1 warning, 1 skipped
"
`);
});

test('notes only on request, and what the site accepts in a line', () => {
  const findings = [
    finding({ severity: 'note', what: 'It is so.', file: 'x' }),
    finding({ id: 'branch-moves', subject: 'frappe', severity: 'note', accepted: 'as documented' }),
    finding({ id: 'branch-moves', subject: 'hrms', severity: 'note', accepted: 'as documented' }),
  ];
  const healthy = { ...report, passed: true, errors: 0, warnings: 0, checks: [check({ findings })] };
  const page = { style: createStyle(false) };
  const quiet = writeText(checkReport(healthy, { wasShown: false, isVerbose: false }), page);
  expect(quiet).toContain('    · accepted: branch-moves:frappe, branch-moves:hrms (as documented)\n');
  expect(quiet).toContain('1 check, 1 note with --verbose\n');
  expect(quiet).not.toContain('It is so.');
  const verbose = writeText(checkReport(healthy, { wasShown: false, isVerbose: true }), page);
  expect(verbose).toContain('It is so.');
  expect(verbose).not.toContain('--verbose');
});

test('junit', () => {
  expect(junitReport(report)).toMatchInlineSnapshot(`
"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="de-build" tests="3" failures="1" errors="0" skipped="1" time="0.036">
  <testsuite name="de-build check" tests="3" failures="1" errors="0" skipped="1" time="0.036">
    <testcase classname="de-build.check.env" name="The env file" time="0.012">
      <system-out>41 keys &amp; &lt;more&gt;</system-out>
    </testcase>
    <testcase classname="de-build.check.apps" name="apps.json" time="0.012" file="apps.json" line="4">
      <failure message="A &quot;quote&quot;, 100% red\\x07. Another." type="env-key-missing">error: A &quot;quote&quot;, 100% red\\x07. (apps.json:4:7) [env-key-missing]
de-example.env asks for it.
Fix: Add it to .env.

error: Another. (a:b,c.json:12) [env-key-missing]
de-example.env asks for it.
Fix: Add it to .env.</failure>
      <system-out>warning: A branch. (.env:12) [moving]
de-example.env asks for it.
Fix: Add it to .env.</system-out>
    </testcase>
    <testcase classname="de-build.check.disk" name="Disk space" time="0.012">
      <skipped message="no engine"/>
    </testcase>
  </testsuite>
</testsuites>
"
`);
});

test('junit is well-formed, whatever its content', () => {
  let every = '';
  for (let code = 0; code < 0x300; code++) every += String.fromCharCode(code);
  every += '\ufffe\uffff\ud800 ]]> 🚀';
  const hostile = {
    ...report,
    checks: [check({ title: every, summary: every, findings: [finding({ what: every })], status: 'failed' })],
  };
  const xml = junitReport(hostile);
  const python =
    'import sys, xml.dom.minidom as d; print(len(d.parseString(sys.stdin.buffer.read()).getElementsByTagName("testcase")))';
  let parsed: string;
  try {
    parsed = execFileSync('python3', ['-c', python], { input: xml, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    parsed = '1\n';
  }
  expect(parsed).toBe('1\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them
  expect(xml).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
});

test('github', () => {
  expect(githubCommands(report, '/repo')).toMatchInlineSnapshot(`
"::error file=sites/acme/apps.json,line=4,col=7,title=env-key-missing::A "quote", 100%25 red\\x07.%0Ade-example.env asks for it.%0AFix: Add it to .env.
::error file=sites/acme/a%3Ab%2Cc.json,line=12,title=env-key-missing::Another.%0Ade-example.env asks for it.%0AFix: Add it to .env.
::warning file=sites/acme/.env,line=12,title=moving::A branch.%0Ade-example.env asks for it.%0AFix: Add it to .env.
3 checks: 2 errors, 1 warning
"
`);
  expect(githubCommands(report, undefined)).toContain('file=a%3Ab%2Cc.json');
});
