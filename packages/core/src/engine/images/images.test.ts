import { expect, test } from '@jest/globals';
import type { EngineRequest, EngineTransport } from '../transport.ts';
import { images } from './images.ts';

test.each([
  ['acme/erp', ['acme/erp'], 'acme/erp:1'],
  ['docker.io/acme/erp', ['acme/erp', 'docker.io/acme/erp'], 'acme/erp:1'],
  ['index.docker.io/library/erp', ['erp', 'index.docker.io/library/erp'], 'erp:1'],
  ['[fc00::1]:5000/erp', ['\\[fc00::1\\]:5000/erp'], '[fc00::1]:5000/erp:1'],
])('the images of %s are asked for as the engine names them', async (repository, patterns, name) => {
  const asked: EngineRequest[] = [];
  const json = async (request: EngineRequest) => {
    asked.push(request);
    return [{ Id: 'sha256:ab', RepoTags: [name, 'other/erp:2'], Created: 1, Size: 2, Labels: null }];
  };
  const listed = await images({ json } as unknown as EngineTransport).list(repository);
  expect(listed.map(({ tag }) => tag)).toEqual(['1']);
  expect(asked.map(({ query }) => JSON.parse(String(query?.filters)))).toEqual([{ reference: patterns }]);
});
