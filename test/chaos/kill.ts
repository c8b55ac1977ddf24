/** Fifty times kill -9 under load. `bun test/chaos/kill.ts [KILLS]`; ends with exit code 1 when anything was lost. */
import { ensureBinary, temporaryFolder } from "../support/binary.ts";
import { CLIENTS, chaos } from "../support/chaos.ts";

const kills = Number(process.argv[2] ?? 50);
await ensureBinary();
using folder = temporaryFolder();
const report = await chaos(folder.path, kills, Math.random);
const lostKeys = report.keysAdded.filter((name) => !report.keysFound.some((found) => found.includes(name)));
console.log(
  `${kills} kills: ${report.left} of ${report.cap} calls left, ${report.acknowledged} answered, ` +
    `${report.interrupted} interrupted, ` +
    `${report.keysAdded.length} keys added, ${lostKeys.length} lost`,
);
const right =
  report.left <= report.cap && report.left >= report.cap - kills * CLIENTS && lostKeys.length === 0;
console.log(right ? "nothing was lost" : "SOMETHING WAS LOST");
process.exitCode = right ? 0 : 1;
