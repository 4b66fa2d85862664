/**
 * Messages of a .proto file as values and as bytes. Their TypeScript types are generated (`make proto`, proto/gen/);
 * what is decoded here has exactly those fields, so nobody has to look twice at what a decoder gave.
 */
import protobuf from "protobufjs";
import { decodeMessage } from "./wire-reader.ts";
import { encodeMessage } from "./wire-writer.ts";

/** A message to encode: what is in it is whole, and is not changed. An optional field may be null, for "absent". */
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

/** A message as it is decoded, for those who only read it. */
export type Decoded<Message> = Message extends string | number | boolean | null | undefined | Uint8Array
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly Decoded<Item>[]
    : { readonly [Field in keyof Message]: Decoded<Message[Field]> };

/** One kind of message. `Message` is its generated type. */
export class MessageType<Message extends object> {
  /** Its fields, and their numbers. */
  readonly type: protobuf.Type;

  constructor(type: protobuf.Type) {
    this.type = type;
  }

  /** Fields that are left out have their default where the bytes are decoded. */
  encode(message: Partial<Encodable<Message>>): Buffer {
    return encodeMessage(this.type, message);
  }

  /**
   * Absent fields have their default, on the prototype: see `decodePlain`. Byte fields are windows into `bytes`. A
   * number beyond 2^53 is not exact. Throws on bytes that are no such message.
   */
  decode(bytes: Uint8Array): Decoded<Message> {
    return decodeMessage(this.type, bytes) as unknown as Decoded<Message>;
  }

  /** The same as a plain object, which can be spread and compared, for twice the time. */
  decodePlain(bytes: Uint8Array): Decoded<Message> {
    const message = decodeMessage(this.type, bytes);
    return this.type.toObject(message, PLAIN) as Decoded<Message>;
  }
}

const PLAIN: protobuf.IConversionOptions = { longs: Number, arrays: true, defaults: true, oneofs: true };

const NO_BYTES = Buffer.alloc(0);

/** The messages of a descriptor: JSON of a protobufjs Root, which a build macro made of a .proto file. */
export function rootOf(descriptor: protobuf.INamespace): protobuf.Root {
  const root = protobuf.Root.fromJSON(descriptor);
  root.resolveAll();
  setDefaults(root);
  return root;
}

/** The library's defaults of some fields are not of the type that its decoder gives where the field is there. */
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
