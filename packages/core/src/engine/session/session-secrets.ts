import type { Secret } from '../../secrets/secret.ts';
import type { GrpcMethods } from './grpc-server.ts';
import { GRPC, GrpcError } from './grpc-status.ts';
import { bytesField, readFields } from './protobuf.ts';

/** An engine refuses gRPC messages from 4 MiB on. */
const LARGEST_SECRET_BYTES = 4 * 1024 * 1024 - 1024;

/** `moby.buildkit.secrets.v1.Secrets`: sends a secret's value only when a step asks for it. */
export function sessionSecrets(secrets: Readonly<Record<string, Secret>>): GrpcMethods {
  return {
    '/moby.buildkit.secrets.v1.Secrets/GetSecret': {
      answer(request) {
        const id = readFields(request).text(1);
        const secret = Object.hasOwn(secrets, id) ? secrets[id] : undefined;
        if (secret === undefined) throw new GrpcError(GRPC.notFound, `secret ${id}: not found`);
        const value = Buffer.from(secret.reveal());
        if (value.length > LARGEST_SECRET_BYTES) {
          throw new GrpcError(GRPC.resourceExhausted, `secret ${id}: larger than 4 MiB`);
        }
        return bytesField(1, value);
      },
    },
  };
}
