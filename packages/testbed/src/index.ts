export * from './git-fault.ts';
export * from './git-repository.ts';
export * from './git-server.ts';
