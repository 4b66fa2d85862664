// Original file: op.proto

export interface SeatPeopleInput {
  room?: string;
  what?: string;
  people?: string[];
}

export interface WireSeatPeople {
  room: string;
  what: string;
  people: string[];
}
