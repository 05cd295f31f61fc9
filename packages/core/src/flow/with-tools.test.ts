import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withTools } from './with-tools.ts';

test('a program that runs after the site was read inherits no secret of it', async () => {
  const site = mkdtempSync(join(tmpdir(), 'de-build-tools-'));
  try {
    writeFileSync(join(site, 'de-example.env'), 'DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT=\n');
    const environment = { PATH: '/bin', DE_SITE_VERSION: '1.0.1', PAT_DESIRED_EFFECT: 'ghp_0123456789' };
    const flow = { name: 'check', stages: [], unchanged: '' } as const;
    const seen = await withTools({ site, environment }, { flow, what: 'check' }, async (tools, open) => {
      await open();
      return { ...tools.environment };
    });
    expect(seen).toEqual({ PATH: '/bin', DE_SITE_VERSION: '1.0.1' });
    expect(environment.PAT_DESIRED_EFFECT).toBe('ghp_0123456789');
  } finally {
    rmSync(site, { recursive: true });
  }
});
