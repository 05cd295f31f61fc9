import type { Readable } from 'node:stream';
import { z } from 'zod';
import { containerNameTaken } from '../../errors/container-failures.ts';
import { askEngine } from '../ask-engine.ts';
import { explainStatus } from '../connection-error.ts';
import { startRequest } from '../follow-answer.ts';
import type { EngineTransport } from '../transport.ts';
import { type ContainerDetails, inspectContainer } from './container-details.ts';
import { type ExecOptions, type ExecResult, hasPrograms, readFrames, runExec } from './exec.ts';

/** Containers on the engine. */
export interface Containers {
  /** Those with all of these labels, running or not. */
  list(labels: Readonly<Record<string, string>>): Promise<readonly ContainerDetails[]>;
  /** By id or name; `undefined` when there is none. */
  inspect(container: string): Promise<ContainerDetails | undefined>;
  /** All that the engine reports of a container, unchanged. Holds secrets: never print it. */
  describe(container: string): Promise<unknown>;
  /**
   * Creates a container under a name that only one container may have; the engine decides who is first.
   * @param spec as the engine's API takes it
   * @returns its id
   * @throws DeBuildError `container-name-taken`, `engine-*`
   */
  create(name: string, spec: Readonly<Record<string, unknown>>): Promise<string>;
  start(container: string): Promise<void>;
  connect(container: string, network: string): Promise<void>;
  disconnect(container: string, network: string): Promise<void>;
  /** Names of networks with all of these labels. */
  networks(labels: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** SIGTERM, and SIGKILL after so many seconds. One that is not running is not an error. */
  stop(container: string, seconds: number): Promise<void>;
  rename(container: string, name: string): Promise<void>;
  /** The end of what it printed. Not redacted. */
  lastLines(container: string, count: number): Promise<string>;
  /** Ends it where it runs, and removes it with its anonymous volumes. A missing one is not an error. */
  remove(container: string): Promise<void>;
  /** Writes a tar archive into a folder of it. */
  upload(container: string, folder: string, tar: Buffer | Readable): Promise<void>;
  /** Runs a program in it. @throws what `onOutput` throws; the signal's reason; the program runs on then */
  exec(container: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Whether a program runs in it that `exec` started. */
  hasPrograms(container: string): Promise<boolean>;
}

const Ids = z.array(z.looseObject({ Id: z.string() }));
const Names = z.array(z.looseObject({ Name: z.string() }));
const Created = z.looseObject({ Id: z.string() });
/** An upload is a database. */
const UPLOAD_WITHIN_MS = Number.POSITIVE_INFINITY;
const CREATE_WITHIN_MS = 5 * 60_000;

export function containers(transport: EngineTransport): Containers {
  const inspect = (container: string) => inspectContainer(transport, container);
  const post = (path: string, query: Record<string, number> = {}, withinMs = CREATE_WITHIN_MS) =>
    transport.text({ method: 'POST', path, query, answerWithinMs: withinMs });
  /** 304: it is so already. */
  const change = async (path: string, query?: Record<string, number>, withinMs?: number) => {
    const { status, text } = await post(path, query, withinMs);
    if (status >= 400) throw explainStatus(status, text, `POST ${path}`);
  };
  return {
    async list(labels) {
      const listed = await askEngine(
        transport,
        { method: 'GET', path: '/containers/json', query: { all: true, filters: labelFilter(labels) } },
        Ids,
      );
      const details = await Promise.all(listed.map(({ Id }) => inspect(Id)));
      return details.filter((one) => one !== undefined);
    },
    inspect,
    describe: (container) => transport.json({ method: 'GET', path: `/containers/${container}/json` }),
    async create(name, spec) {
      const answer = await transport.text({
        method: 'POST',
        path: '/containers/create',
        query: { name },
        body: spec,
        answerWithinMs: CREATE_WITHIN_MS,
      });
      if (answer.status === 409) throw containerNameTaken(name);
      if (answer.status >= 400)
        throw explainStatus(answer.status, answer.text, `POST /containers/create?name=${name}`);
      return Created.parse(JSON.parse(answer.text)).Id;
    },
    async connect(container, network) {
      await transport.send({
        method: 'POST',
        path: `/networks/${network}/connect`,
        body: { Container: container },
      });
    },
    async disconnect(container, network) {
      await transport.send({
        method: 'POST',
        path: `/networks/${network}/disconnect`,
        body: { Container: container },
      });
    },
    async networks(labels) {
      const query = { filters: labelFilter(labels) };
      const listed = await askEngine(transport, { method: 'GET', path: '/networks', query }, Names);
      return listed.map(({ Name }) => Name);
    },
    start: (container) => change(`/containers/${container}/start`),
    async lastLines(container, count) {
      const query = { stdout: true, stderr: true, tail: count };
      const request = { method: 'GET', path: `/containers/${container}/logs`, query } as const;
      const answer = await startRequest(transport, {
        ...request,
        during: `reading the log of ${container}`,
      });
      let text = '';
      try {
        for await (const { chunk } of readFrames(answer.body)) text += chunk.toString('utf8');
      } catch (error) {
        throw answer.explain(error);
      } finally {
        answer.end();
      }
      return text;
    },
    async rename(container, name) {
      await transport.send({ method: 'POST', path: `/containers/${container}/rename`, query: { name } });
    },
    stop: (container, t) => change(`/containers/${container}/stop`, { t }, (t + 60) * 1000),
    async remove(container) {
      const path = `/containers/${container}`;
      const answer = await transport.text({
        method: 'DELETE',
        path,
        query: { v: true, force: true },
        answerWithinMs: CREATE_WITHIN_MS,
      });
      // 409: somebody else is removing it.
      if (answer.status >= 400 && answer.status !== 404 && answer.status !== 409)
        throw explainStatus(answer.status, answer.text, `DELETE ${path}`);
    },
    async upload(container, folder, tar) {
      const path = `/containers/${container}/archive`;
      const answer = await transport.text({
        method: 'PUT',
        path,
        query: { path: folder },
        body: tar,
        answerWithinMs: UPLOAD_WITHIN_MS,
      });
      if (answer.status >= 400) throw explainStatus(answer.status, answer.text, `PUT ${path}`);
    },
    exec: (container, command, options = {}) => runExec(transport, container, command, options),
    hasPrograms: (container) => hasPrograms(transport, container),
  };
}

function labelFilter(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    label: Object.entries(labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`)),
  });
}
