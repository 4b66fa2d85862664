/**
 * Runs while the program is built (and at each start of an unbuilt one): parses the .proto
 * files, so that the executable carries them as data and reads no file at run time. The
 * packages grpc-health-check and @grpc/reflection load theirs from their own folder when
 * they start, a folder that exists on the building machine only; hence just their .proto.
 */
import { join } from "node:path";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor/index.js";

const MODULES = join(import.meta.dir, "../node_modules");

const SOURCES = [
  join(import.meta.dir, "chat.proto"),
  join(MODULES, "grpc-health-check/proto/health/v1/health.proto"),
  join(MODULES, "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto"),
  join(MODULES, "@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto"),
];

/** What the executable carries of the .proto files. */
export interface EmbeddedProtos {
  /** JSON of a protobufjs Root: a protobuf.INamespace. */
  readonly root: string;
  /** Encoded FileDescriptorProto, base64, one for each package. */
  readonly files: readonly string[];
}

/** Build macro. Throws, and so fails the build, on a .proto that does not parse. */
export function embeddedProtos(): EmbeddedProtos {
  const root = new protobuf.Root();
  for (const source of SOURCES) root.loadSync(source);
  root.resolveAll();
  const json = JSON.stringify(root.toJSON());
  const descriptor = (root as unknown as { toDescriptor(syntax: string): { file: object[] } }).toDescriptor("proto3");
  const fileType = (protobuf as unknown as { descriptor: { FileDescriptorProto: protobuf.Type } }).descriptor
    .FileDescriptorProto;
  const files = descriptor.file.map((file) => Buffer.from(fileType.encode(file).finish()).toString("base64"));
  return { root: json, files };
}
