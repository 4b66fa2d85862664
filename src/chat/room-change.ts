/** What people change of a room: a part of the interface of the chat. */

/** One change of a room or of who is in it. People are named as in `SendInput.to`. */
export type RoomChange =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "private"; readonly isPrivate: boolean }
  | { readonly kind: "archived"; readonly archived: boolean }
  | {
      readonly kind: "posting";
      readonly adminsOnly: boolean;
      readonly slowSeconds: number;
      readonly adminsCall?: boolean;
    }
  | { readonly kind: "invite" | "remove"; readonly people: readonly string[] }
  | { readonly kind: "ban" | "unban"; readonly person: string }
  | { readonly kind: "role"; readonly person: string; readonly role: string };
