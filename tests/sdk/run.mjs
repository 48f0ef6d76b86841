// node run.mjs SUBJECT...: plays the scenarios of each subject, one after another, and prints what
// the SDK made of the replies, one JSON object a line.
// Standard input: {"address": "http://…", "keys": {name of the client: API key}}.
import { text } from "node:stream/consumers";

import { clientOf } from "./client.mjs";

const { address, keys } = JSON.parse(await text(process.stdin));
const clients = Object.fromEntries(
  Object.entries(keys).map(([name, key]) => [name, clientOf(address, key)]),
);

for (const subject of process.argv.slice(2)) {
  const { scenarios } = await import(`./${subject}.mjs`);
  for (const [name, play] of Object.entries(scenarios)) {
    let line;
    try {
      line = { name, facts: await play(clients) };
    } catch (error) {
      line = { name, trouble: error.stack || String(error) };
    }
    console.log(JSON.stringify(line));
  }
}
