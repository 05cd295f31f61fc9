import { expect, test } from '@jest/globals';
import { parseHours, scaleTimer } from './scale-timer.ts';

test.each([
  ['08:00-18:00', { from: '08:00', to: '18:00' }],
  ['22:30-06:00', { from: '22:30', to: '06:00' }],
  ['8:00-18:00', undefined],
  ['08:00-24:00', undefined],
  ['08:00-08:00', undefined],
])('the hours %s', (text, hours) => {
  expect(parseHours(text)).toEqual(hours);
});

test('two services with their timers', () => {
  const { units } = scaleTimer({
    ...{ project: 'erp', site: '/srv/my erp/$100%', command: ['/usr/bin/node', '/opt/de-build.cjs'] },
    ...{ busy: ['queue-long=3'], quiet: ['queue-long=1'] },
    hours: { days: 'Mon..Fri', from: '08:00', to: '18:00' },
  });
  const text = units.map((unit) => unit.text).join('');
  expect(units.map(({ path }) => path)).toEqual([
    '/etc/systemd/system/de-build-scale-erp-busy.service',
    '/etc/systemd/system/de-build-scale-erp-busy.timer',
    '/etc/systemd/system/de-build-scale-erp-quiet.service',
    '/etc/systemd/system/de-build-scale-erp-quiet.timer',
  ]);
  expect(text).toContain(
    'ExecStart=/usr/bin/node /opt/de-build.cjs scale queue-long=3 --site "/srv/my erp/$$100%%" --project erp --lock-wait=1h\n',
  );
  expect(text.match(/^OnCalendar=.*$/gm)).toEqual(['OnCalendar=Mon..Fri 08:00', 'OnCalendar=Mon..Fri 18:00']);
});
