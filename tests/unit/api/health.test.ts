/** Health and reflection as their standard clients see them. */
import { afterEach, expect, test } from "bun:test";
import type { ServiceError } from "@grpc/grpc-js";
import { Metadata } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor/index.js";
import { wireService } from "../../../proto/chat-wire.ts";
import type { HealthDefinition } from "../../../proto/gen/grpc/health/v1/Health.ts";
import type { ServerReflectionDefinition } from "../../../proto/gen/grpc/reflection/v1/ServerReflection.ts";
import { ApiBench } from "../../support/fake-chat.ts";
import { CALL_ROWS } from "../../support/requests/all.ts";
import { until } from "../../../harness/until.ts";

let bench: ApiBench | null = null;

afterEach(async () => {
  await bench?.stop();
  bench = null;
});

const HEALTH = wireService<HealthDefinition>("grpc.health.v1.Health");

function check(served: ApiBench, service: string): Promise<{ code: number; status: number }> {
  const wire = HEALTH.Check;
  return new Promise((resolve) => {
    served.client.makeUnaryRequest(
      wire.path,
      (value: object) => wire.encodeRequest(value),
      (bytes: Buffer) => wire.decodeResponse(bytes) as { status: number },
      { service },
      (error: ServiceError | null, response?: { status: number }) =>
        resolve({ code: error?.code ?? 0, status: response?.status ?? -1 }),
    );
  });
}

test("health follows setServing for both names, and knows no other", async () => {
  bench = await ApiBench.start();
  expect(await check(bench, "")).toEqual({ code: 0, status: 2 });
  bench.api.setServing(true);
  expect(await check(bench, "")).toEqual({ code: 0, status: 1 });
  expect(await check(bench, "lastword.v1.Chat")).toEqual({ code: 0, status: 1 });
  expect(await check(bench, "lastword.v1.Peer")).toEqual({ code: 5, status: -1 });
  await bench.api.stop();
  expect(await check(bench, "")).toEqual({ code: 0, status: 2 });
  bench.api.setServing(true);
  expect(await check(bench, "")).toEqual({ code: 0, status: 2 });
});

test("a watcher hears each change, and its stream ends with the replica", async () => {
  bench = await ApiBench.start();
  const wire = HEALTH.Watch;
  const stream = bench.client.makeServerStreamRequest(
    wire.path,
    (value: object) => wire.encodeRequest(value),
    (bytes: Buffer) => wire.decodeResponse(bytes) as { status: number },
    { service: "" },
  );
  const seen: number[] = [];
  let ended = false;
  stream.on("data", ({ status }: { status: number }) => seen.push(status));
  stream.on("error", () => {});
  stream.on("end", () => {
    ended = true;
  });
  await until(() => seen.length === 1);
  bench.api.setServing(true);
  bench.api.setServing(true);
  await until(() => seen.length === 2);
  await bench.api.stop();
  await until(() => ended);
  expect(seen).toEqual([2, 1, 2]);
});

interface FileResponse {
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Uint8Array[] };
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly errorResponse?: { readonly errorCode: number };
}

test.each(["v1", "v1alpha"])("reflection %s lists the public services and gives files that parse", async (version) => {
  bench = await ApiBench.start();
  const wire = wireService<ServerReflectionDefinition>(
    `grpc.reflection.${version}.ServerReflection`,
  ).ServerReflectionInfo;
  const stream = bench.client.makeBidiStreamRequest(
    wire.path,
    (value: object) => wire.encodeRequest(value),
    (bytes: Buffer) => wire.decodeResponse(bytes) as FileResponse,
    new Metadata(),
  );
  const seen: FileResponse[] = [];
  stream.on("data", (response: FileResponse) => seen.push(response));
  stream.on("error", () => {});
  for (const request of [
    { listServices: "*" },
    { fileContainingSymbol: "lastword.v1.Chat" },
    { fileContainingSymbol: "lastword.v1.SubscribeResponse.Reset" },
    { fileContainingSymbol: "grpc.health.v1.Health" },
    { fileContainingSymbol: "lastword.v1.Peer" },
    { fileByFilename: "/etc/passwd" },
    { allExtensionNumbersOfType: "lastword.v1.User" },
  ]) {
    stream.write(request);
  }
  stream.end();
  await until(() => seen.length === 7);
  expect(seen[0]?.listServicesResponse?.service.map(({ name }) => name)).toEqual([
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "lastword.v1.Chat",
  ]);
  const chat = parsed(seen[1]);
  const methods = chat.lookupService("lastword.v1.Chat").methodsArray.map(({ name }) => name);
  expect(methods.toSorted()).toEqual(Object.keys(CALL_ROWS).toSorted());
  expect(chat.lookupType("lastword.v1.SendResult").fields["failure"]?.id).toBe(7);
  expect(parsed(seen[2]).lookupType("lastword.v1.SubscribeResponse.Reset").name).toBe("Reset");
  expect(parsed(seen[3]).lookupService("grpc.health.v1.Health").methodsArray.length).toBe(3);
  expect(seen.slice(4).map((response) => response.errorResponse?.errorCode)).toEqual([5, 5, 5]);
});

/** The files of an answer, as a client builds them up. */
function parsed(response: FileResponse | undefined): protobuf.Namespace {
  const descriptor = (protobuf as unknown as { descriptor: { FileDescriptorProto: protobuf.Type } }).descriptor;
  const file = (response?.fileDescriptorResponse?.fileDescriptorProto ?? []).map((bytes) =>
    descriptor.FileDescriptorProto.decode(bytes),
  );
  const rootType = protobuf.Root as unknown as { fromDescriptor(set: object): protobuf.Root };
  return rootType.fromDescriptor({ file }).resolveAll();
}
