import { jest } from '@jest/globals';

// Generous: on a busy machine a test takes many times its usual time. jest ignores testTimeout in a project's settings.
jest.setTimeout(120_000);
