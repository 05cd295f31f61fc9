import { once } from 'node:events';
import { connect } from 'node:net';
import type { GrpcCall, GrpcMethods } from './grpc-server.ts';
import { GRPC, GrpcError } from './grpc-status.ts';
import { bytesField, readFields } from './protobuf.ts';

/**
 * `moby.sshforward.v1.SSH`: forwards an ssh agent to the steps that mount it. They can use its keys while they run, and
 * never have them. Every id gets the same agent.
 * @param socketPath of the agent
 */
export function sessionSsh(socketPath: string | undefined): GrpcMethods {
  if (socketPath === undefined) return {};
  return {
    '/moby.sshforward.v1.SSH/CheckAgent': {
      answer: () => Buffer.alloc(0),
    },
    '/moby.sshforward.v1.SSH/ForwardAgent': {
      converse: (call) => forward(call, socketPath),
    },
  };
}

async function forward({ messages, writer, signal }: GrpcCall, socketPath: string): Promise<void> {
  const agent = connect(socketPath);
  agent.on('error', () => undefined);
  const hangUp = () => agent.destroy();
  signal.addEventListener('abort', hangUp, { once: true });
  const asking = (async () => {
    for await (const message of messages) {
      if (!agent.write(readFields(message).bytes(1)))
        await Promise.race([once(agent, 'drain'), once(agent, 'close')]);
    }
    agent.end();
  })();
  asking.catch(hangUp);
  try {
    for await (const chunk of agent) {
      const message = bytesField(1, chunk as Buffer);
      const { target, at } = writer.reserve(message.length);
      writer.commit(at + message.copy(target, at));
      await writer.flush();
    }
  } catch {
    throw new GrpcError(GRPC.unavailable, 'the ssh agent broke off');
  } finally {
    signal.removeEventListener('abort', hangUp);
    agent.destroy();
  }
}
