export * from './base-image.ts';
export * from './engine-request.ts';
export * from './engine-software.ts';
export * from './git-fault.ts';
export * from './git-repository.ts';
export * from './git-server.ts';
export * from './private-engine.ts';
export * from './shared-engines.ts';
