/** The people of `lastword demo`, their rooms, and what they say: a small team that runs a ferry line. */

/** The name of the person who looks at the demo. She is its owner, because hers is the first account. */
export const VISITOR = "you";

/** The others, by their names. */
export const TEAM = ["amara", "jonas", "mei", "priya", "tomas", "olga", "sam"] as const;
export type Member = (typeof TEAM)[number];

/** The rooms besides #general. The visitor is in all but the last, which is in the directory. */
export const ROOMS: readonly {
  readonly name: string;
  readonly topic: string;
  readonly by: Member;
  readonly people: readonly string[];
}[] = [
  {
    name: "operations",
    topic: "What runs, what does not, who is on call",
    by: "amara",
    people: [...TEAM.slice(1), VISITOR],
  },
  { name: "timetable", topic: "Winter timetable, due Friday", by: "mei", people: ["jonas", "priya", "olga", VISITOR] },
  { name: "lunch", topic: "12:30 at the pier, unless it rains", by: "sam", people: [...TEAM.slice(0, 6), VISITOR] },
  { name: "photos", topic: "The prettiest crossing of the week", by: "olga", people: ["amara", "tomas", "sam"] },
];

/** Somebody's words: to whom, who, what. */
export type Line = readonly [to: string, by: Member, text: string];

/** What was said before the visitor came. */
export const HISTORY: readonly Line[] = [
  [
    "#general",
    "amara",
    "Good morning! The north pier is open again, thanks to everybody who carried sandbags yesterday.",
  ],
  ["#general", "tomas", "My back says you are welcome."],
  ["#general", "olga", "Reminder: the school classes board at 10:15, 64 children. Please keep the upper deck free."],
  ["#operations", "jonas", "Ticket printer 2 is out of paper again"],
  ["#operations", "amara", "There are two boxes under the counter, next to the life vests"],
  ["#operations", "jonas", "Found them, printing"],
  ["#operations", "priya", "Engine check of the Heron:\n1. oil: fine\n2. cooling: fine\n3. horn: loud"],
  ["#operations", "tomas", "Can confirm the horn."],
  ["#timetable", "mei", "First draft of the winter timetable is in the folder. The 17:40 is the only one that moves."],
  ["#timetable", "priya", "The 17:40 meets the train at 18:05, so please not later than 17:45"],
  ["#timetable", "mei", "17:42 then"],
  ["#timetable", "jonas", "Works for the crew"],
  ["#lunch", "sam", "Soup today: lentil or fish"],
  ["#lunch", "mei", "Lentil"],
  ["#lunch", "olga", "Fish. Always fish."],
  ["#photos", "olga", "Two seals on the ramp this morning"],
  ["#photos", "tomas", "They have a better timetable than we do"],
  [VISITOR, "mei", "Could you look at the draft when you have a minute? Mostly the evening boats."],
  [VISITOR, "amara", "Welcome aboard. If anything breaks, tell #operations; somebody always reads it."],
];

/** What is said while the visitor looks. After the last line it begins again. */
export const LIVE: readonly Line[] = [
  ["#general", "olga", "The school classes are here, all 64 of them"],
  ["#operations", "tomas", "Heron leaves the south pier now, 112 aboard"],
  ["#general", "sam", "One of them asked whether the ferry can fly"],
  ["#operations", "amara", "Wind from the west, 5. Nothing special."],
  ["#general", "tomas", "Only downwards"],
  ["#timetable", "olga", "Do we keep the late boat on Saturdays?"],
  ["#timetable", "mei", "Yes, until the end of October"],
  ["#operations", "priya", "Cooling of the Plover: 71 degrees, going down"],
  ["#lunch", "sam", "Who is in? I count five so far"],
  ["#lunch", "jonas", "Me, and I bring bread"],
  ["#general", "amara", "The harbour office says: fireworks on Saturday, expect a full 22:10"],
  ["#operations", "jonas", "Then I put a second person on the ramp"],
  ["#general", "priya", "I can take the late shift on Saturday"],
  ["#general", "amara", "Thank you, priya. That helps a lot."],
  ["#timetable", "jonas", "The 22:10 has room for 180, the Plover for 140"],
  ["#timetable", "mei", "Then the Heron does it"],
  ["#operations", "tomas", "North pier, on time"],
  ["#lunch", "olga", "Is there fish?"],
  ["#lunch", "sam", "There is fish"],
  [VISITOR, "sam", "Lunch at 12:30, are you coming?"],
  ["#general", "jonas", "Lost: one small blue boot. Found: two small red ones."],
  ["#operations", "priya", "Plover is fine, 64 degrees"],
  ["#operations", "amara", "Good. Then both boats for the evening."],
  ["#general", "olga", "The owner of the blue boot has been found. He had it on."],
];

/** What some of them are at. */
export const STATUSES: readonly (readonly [by: Member, emoji: string, text: string])[] = [
  ["tomas", "⚓", "on the Heron"],
  ["priya", "🔧", "at the engine of the Plover"],
  ["sam", "🍲", "cooking until noon"],
];

/** Which of the lines above get a reaction: a word of the line, the emoji, and who. */
export const REACTIONS: readonly (readonly [word: string, emoji: string, by: readonly Member[]])[] = [
  ["sandbags", "💪", ["jonas", "mei", "olga"]],
  ["horn: loud", "📣", ["amara", "sam"]],
  ["17:42", "👍", ["priya", "jonas"]],
  ["Always fish", "🐟", ["sam", "mei"]],
  ["fly", "😂", ["amara", "priya", "mei"]],
  ["late shift", "❤️", ["amara", "olga"]],
  ["bread", "🍞", ["sam", "mei"]],
  ["had it on", "😂", ["tomas", "sam", "priya", "jonas"]],
];

/** Answers to a message that the visitor writes to one of them. */
export const ANSWERS: readonly string[] = [
  "Good point. I'll ask amara.",
  "Yes! One moment, a boat is coming in.",
  "Noted. By the way: did you try to kill a replica? Click the line at the top.",
  "Sounds good to me",
];

/** What somebody puts below what the visitor writes in a room. */
export const APPLAUSE: readonly string[] = ["👋", "👍", "🙌", "⚓"];
