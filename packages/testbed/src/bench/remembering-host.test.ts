import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { startRememberingHost } from './remembering-host.ts';

test('equal requests are passed on once, and each answer is delayed', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'nobody'}`);
      response.writeHead(request.headers.authorization === undefined ? 401 : 200, { 'x-said': 'so' });
      response.end(`answer ${seen.length}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = await startRememberingHost(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    host.setLatency(80);
    const ask = async (headers: Record<string, string> = {}) => {
      const started = performance.now();
      const response = await fetch(`${host.url}/refs?all`, { headers });
      const text = await response.text();
      return {
        status: response.status,
        said: response.headers.get('x-said'),
        text,
        ms: performance.now() - started,
      };
    };
    const first = await ask();
    const again = await ask();
    const somebody = await ask({ authorization: 'Basic abc' });

    expect(first).toMatchObject({ status: 401, said: 'so', text: 'answer 1' });
    expect(again).toMatchObject({ status: 401, said: 'so', text: 'answer 1' });
    expect(somebody).toMatchObject({ status: 200, text: 'answer 2' });
    expect(seen).toEqual(['GET /refs?all nobody', 'GET /refs?all Basic abc']);
    for (const { ms } of [first, again, somebody]) expect(ms).toBeGreaterThan(75);
  } finally {
    await host.close();
    await new Promise((resolve) => server.close(resolve));
  }
});
