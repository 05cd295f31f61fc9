import { expect, test } from '@jest/globals';
import { hasSensitiveName, isSensitiveValue } from './sensitive-key.ts';

test.each([
  ['PAT_DESIRED_EFFECT', true],
  ['DE_MACRS_PAT', true],
  ['GITHUB_TOKENS', true],
  ['DB_PASSWORD', true],
  ['MYSQL_ROOT_PASS', true],
  ['REDIS_PWD', true],
  ['SSH_KEY', true],
  ['SSH_KEY_PASSPHRASE', true],
  ['AWS_SECRET_ACCESS_KEY', true],
  ['GOOGLE_CREDENTIALS', true],
  ['BASIC_AUTH', true],
  ['SLACK_WEBHOOK_URL', true],
  ['SENTRY_DSN', true],
  ['apiKey', true],
  ['stripeSecretKey', true],
  ['ENCRYPTION_KEYS', true],
  ['DB_PASSWORD_FILE', false],
  ['DB_PASSWORD_SECRETS_FILE', false],
  ['SSH_PUBLIC_KEY', false],
  ['PUBLIC_TOKEN', false],
  ['AWS_ACCESS_KEY_ID', false],
  ['AUTH_TYPE', false],
  ['TOKEN_TTL', false],
  ['DB_PASSWORD_LENGTH', false],
  ['PASSWORD_POLICY', false],
  ['HOST_KEY', false],
  ['PATH', false],
  ['COMPASS_PORT', false],
  ['KEYBOARD', false],
  ['MONKEY', false],
  ['AUTHOR', false],
  ['PASSENGER_COUNT', false],
  ['DE_SITE_VERSION', false],
])('%s: %s', (key, expected) => {
  expect(hasSensitiveName(key)).toBe(expected);
});

test.each([
  [`ghp_${'aB3'.repeat(12)}`, true],
  ['postgres://erp:s3cret@db/erp', true],
  ['https://:s3cret@example.com', true],
  ['redis://redis-cache:6379', false],
  ['https://user@example.com/x', false],
  ['postgres://erp:${DB_PASSWORD}@db/erp', false],
  ['postgres://erp:<password>@db/erp', false],
  ['8080', false],
])('%s: %s', (value, expected) => {
  expect(isSensitiveValue(value)).toBe(expected);
});
