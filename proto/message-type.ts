/**
 * Messages of a .proto file as values and as bytes. Their TypeScript types are generated (`make proto`, proto/gen/),
 * and a decoded message has exactly those fields, so that callers need not check it.
 */
import protobuf from "protobufjs";
import { decodeMessage } from "./wire-reader.ts";
import { encodeMessage } from "./wire-writer.ts";

/** A message to encode, which is not changed. An optional field may be null, which means "absent". */
export type Encodable<Message> = Message extends string | number | boolean | null | undefined
  ? Message
  : Message extends Uint8Array
    ? Uint8Array
    : Message extends readonly (infer Item)[]
      ? readonly Encodable<Item>[]
      : {
          readonly [Field in keyof Message]:
            Encodable<Message[Field]> | (Record<never, never> extends Pick<Message, Field> ? null : never);
        };

/** A decoded message, as a read-only type. */
export type Decoded<Message> = Message extends string | number | boolean | null | undefined | Uint8Array
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly Decoded<Item>[]
    : { readonly [Field in keyof Message]: Decoded<Message[Field]> };

/** A message type of a .proto file. `Message` is its generated type. */
export class MessageType<Message extends object> {
  /** Its fields and their numbers. */
  readonly type: protobuf.Type;

  constructor(type: protobuf.Type) {
    this.type = type;
  }

  /** The bytes of a message. A field that is left out has its default when the bytes are decoded. */
  encode(message: Partial<Encodable<Message>>): Buffer {
    return encodeMessage(this.type, message);
  }

  /**
   * Decodes a message. Defaults of absent fields are on its prototype; see `decodePlain`. Byte fields are views into
   * `bytes`. Numbers above 2^53 are not exact. Throws if the bytes are no such message.
   */
  decode(bytes: Uint8Array): Decoded<Message> {
    return decodeMessage(this.type, bytes) as unknown as Decoded<Message>;
  }

  /** Decodes to a plain object, which can be spread and compared. Takes twice as long. */
  decodePlain(bytes: Uint8Array): Decoded<Message> {
    const message = decodeMessage(this.type, bytes);
    return this.type.toObject(message, PLAIN) as Decoded<Message>;
  }
}

const PLAIN: protobuf.IConversionOptions = { longs: Number, arrays: true, defaults: true, oneofs: true };

const NO_BYTES = Buffer.alloc(0);

/** The messages of a descriptor, which is the JSON of a protobufjs Root that a build macro made from a .proto file. */
export function rootOf(descriptor: protobuf.INamespace): protobuf.Root {
  const root = protobuf.Root.fromJSON(descriptor);
  root.resolveAll();
  setDefaults(root);
  return root;
}

/** Replaces defaults of protobufjs whose type differs from that of a decoded field. */
function setDefaults(namespace: protobuf.Namespace): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Namespace) setDefaults(nested);
    if (!(nested instanceof protobuf.Type)) continue;
    const prototype = nested.ctor.prototype as unknown as Record<string, unknown>;
    for (const field of nested.fieldsArray) {
      if (field.repeated) continue;
      if (field.partOf !== null) prototype[field.name] = undefined;
      else if (field.long) prototype[field.name] = 0;
      else if (field.type === "bytes") prototype[field.name] = NO_BYTES;
    }
  }
}
