import { expect, test } from '@jest/globals';
import { queuesOf } from './queues-of.ts';

test.each<[line: string, queues: readonly string[]]>([
  ['bench worker --queue short,default', ['short', 'default']],
  ['entrypoint.sh bench worker --queue=long', ['long']],
  [`bash -c 'exec bench worker --queue "long,default"'`, ['long', 'default']],
  ['bench worker', ['short', 'default', 'long']],
  ['bench worker-pool --num-workers 4', ['short', 'default', 'long']],
  ['bench schedule', []],
  ['gunicorn frappe.app:application', []],
])('%s', (line, queues) => {
  expect(queuesOf(line)).toEqual(queues);
});
