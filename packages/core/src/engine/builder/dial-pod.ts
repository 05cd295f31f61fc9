import { createHash, randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { builderNotRunning, builderUnreachable } from '../../errors/builder-failures.ts';
import { runProgram } from '../../process/run-program.ts';
import { connectProgram } from '../program-connection.ts';
import type { BuilderAddress, Kubectl } from './builder-address.ts';
import type { DialOptions } from './dial-options.ts';

type PodAddress = Extract<BuilderAddress, { kind: 'pod' }>;

const Pods = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().nullish() }),
      status: z.looseObject({ phase: z.string().optional() }).optional(),
    }),
  ),
});

const KUBECTL_MS = 30_000;

/** @throws DeBuildError `builder-not-running`, `builder-unreachable`, `program-*` */
export async function dialPod(address: PodAddress, options: DialOptions): Promise<Duplex> {
  const { kubectl, container } = address;
  const pod = typeof address.pod === 'string' ? address.pod : await choosePod(address, options);
  const inContainer = container === undefined ? [] : [`--container=${container}`];
  const args = [...flagsOf(kubectl), 'exec', '-i', pod, ...inContainer, '--', 'buildctl', 'dial-stdio'];
  return connectProgram('kubectl', args, {
    environment: options.environment,
    explain: (message, output) => builderUnreachable(options.name, message, { output }),
  });
}

/** Of the pods that buildx's label marks, one that runs. */
async function choosePod({ kubectl, pod }: PodAddress, options: DialOptions): Promise<string> {
  if (typeof pod === 'string') return pod;
  const { name, environment, key, signal } = options;
  const args = [...flagsOf(kubectl), 'get', 'pods', '--selector', `app=${pod.app}`, '--output', 'json'];
  const run = { environment, folder: '/', timeoutMs: KUBECTL_MS, signal };
  const { exitCode, stdout, stderr } = await runProgram('kubectl', args, run);
  if (exitCode !== 0) throw builderUnreachable(name, '`kubectl get pods` failed.', { output: stderr });
  const running = runningPods(stdout);
  if (running === undefined) throw builderUnreachable(name, 'The answer of kubectl is not a list of pods.');
  const chosen = pod.isRandom ? running[randomInt(running.length || 1)] : nearest(running, key);
  if (chosen === undefined) throw builderNotRunning(name, `No pod with the label app=${pod.app} is running.`);
  return chosen;
}

function runningPods(json: string): readonly string[] | undefined {
  try {
    return Pods.parse(JSON.parse(json))
      .items.filter(({ metadata, status }) => !metadata.deletionTimestamp && status?.phase === 'Running')
      .map(({ metadata }) => metadata.name);
  } catch {
    return undefined;
  }
}

/** A site keeps its pod, and its cache, as long as the pod runs (rendezvous hashing). */
function nearest(pods: readonly string[], key: string): string | undefined {
  const weight = (pod: string) => createHash('sha256').update(`${key} ${pod}`).digest('hex');
  return [...pods].sort((a, b) => (weight(a) < weight(b) ? -1 : 1))[0];
}

function flagsOf({ kubeconfig, context, namespace }: Kubectl): readonly string[] {
  return [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
  ];
}
