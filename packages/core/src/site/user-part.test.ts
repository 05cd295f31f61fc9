import { expect, test } from '@jest/globals';
import { judgeUserPart, type UserPart } from './user-part.ts';

test.each<[string, UserPart | undefined]>([
  ['https://github.com/o/a', undefined],
  ['https://${PAT}@github.com/o/a', undefined],
  ['https://{{ PAT }}@github.com/o/a', undefined],
  ['https://jdoe:${PAT}@github.com/o/a', undefined],
  ['https://${USER}:${PAT}@github.com/o/a', undefined],
  ['https://oauth2:${PAT}@github.com/o/a', undefined],
  ['git@github.com:o/a', undefined],
  ['https://$PAT@github.com/o/a', 'misspelt'],
  ['https://${PAT@github.com/o/a', 'misspelt'],
  ['https://{PAT}@github.com/o/a', 'misspelt'],
  ['https://<token>@github.com/o/a', 'misspelt'],
  ['https://<your token>@github.com/o/a', 'misspelt'],
  ['https://%PAT%@github.com/o/a', 'misspelt'],
  ['https://$(PAT)@github.com/o/a', 'misspelt'],
  ['https://[TOKEN]@github.com/o/a', 'misspelt'],
  ['https://${PAT:-x}@github.com/o/a', 'misspelt'],
  ['https://oauth2:$PAT@github.com/o/a', 'misspelt'],
  ['https://$USER:${PAT}@github.com/o/a', 'misspelt'],
  ['https://user@dev.azure.com/org/project/_git/repo', 'name'],
  ['https://contoso-erp-2024@dev.azure.com/org/project/_git/repo', 'name'],
  ['https://j.doe@bitbucket.org/o/a', 'name'],
  ['https://git@github.com/o/a', 'name'],
  ['https://jdoe:hunter2@github.com/o/a', 'token'],
  ['https://:hunter2@github.com/o/a', 'token'],
  [`https://ghp_${'aB3'.repeat(12)}@github.com/o/a`, 'token'],
  [`https://${'0a1b'.repeat(10)}@github.com/o/a`, 'token'],
  [`https://${'ab3d'.repeat(13)}@dev.azure.com/o/p/_git/a`, 'token'],
  ['https://p%40ss-w0rd!@github.com/o/a', 'token'],
  [`https://\${USER}:${'ab3d'.repeat(5)}@github.com/o/a`, 'token'],
])('%s: %s', (url, kind) => {
  expect(judgeUserPart(url)).toBe(kind);
});
