/**
 * Build macro (it also runs at each start from the sources) that parses the .proto files, so that
 * the executable contains them as data and reads no file at run time. Of grpc-health-check and
 * @grpc/reflection only the .proto files are used, because the packages load these at their start
 * from their own folder, which exists only on the building machine.
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

/** The .proto files as the executable contains them. */
export interface EmbeddedProtos {
  /** JSON of a protobufjs Root: a protobuf.INamespace. */
  readonly root: string;
  /** Encoded FileDescriptorProto, base64, one for each package. */
  readonly files: readonly string[];
}

/** The embedded .proto files. Throws, and so fails the build, if one does not parse. */
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
