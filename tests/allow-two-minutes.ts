import { jest } from '@jest/globals';

// jest does not heed testTimeout in the settings of one project among several.
jest.setTimeout(120_000);
