/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const shared = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@de-build/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  // A second package.json of the same name.
  modulePathIgnorePatterns: ['<rootDir>/packages/cli/dist/package.json'],
  setupFilesAfterEnv: ['<rootDir>/tests/set-time-limit.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2023',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
} satisfies Config;

export default {
  // The tests wait for engines most of the time.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/tests/longest-first.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/packages/*/src/**/*.test.ts'],
      globalSetup: '<rootDir>/tests/open-run.mjs',
    },
    {
      ...shared,
      displayName: 'engine',
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      globalSetup: '<rootDir>/tests/start-engines.mjs',
    },
  ],
} satisfies Config;
