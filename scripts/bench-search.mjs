// Asks a Podium for searches and for `/v1/me`, and prints a table. Called by bench-search.sh.
//
//   node bench-search.mjs <url> <token> <seconds> <pid of Podium> <pid of Postgres>

import { readFileSync, readdirSync } from "node:fs"
import { Agent, get } from "node:http"

const [url, token, seconds, server, store] = process.argv.slice(2)
const COSTLY = "/v1/events?q=cit+hal+ity+all"
// Each asks for something else, so that nothing could be kept.
const ORDINARY = (n) => `/v1/events?q=velvte+${(n * 31) % 97}`
const FLOOD = (n) => `${COSTLY}&from=${new Date(Date.now() + (n % 1000) * 3_600_000).toISOString()}`

function ask(agent, path, headers = {}) {
  const began = performance.now()
  return new Promise((done) => {
    const over = (status) => done({ status, ms: performance.now() - began })
    get(url + path, { agent, headers }, (answer) => {
      answer.resume().on("end", () => over(answer.statusCode)).on("error", () => over(0))
    }).on("error", () => over(0))
  })
}

// Asks one after the other until `over`, and waits `pause` ms between.
async function client(path, over, { headers, pause = 0 } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answers = []
  for (let n = Math.floor(Math.random() * 1000); !over(); n++) {
    answers.push(await ask(agent, typeof path === "string" ? path : path(n), headers))
    if (pause) await new Promise((done) => setTimeout(done, pause))
  }
  agent.destroy()
  return answers
}

// CPU seconds of a process and its children.
function cpu(pid) {
  let ticks = 0
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8")
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      if (name === pid || fields[1] === pid) ticks += Number(fields[11]) + Number(fields[12])
      // What ended children have used.
      if (name === pid) ticks += Number(fields[13]) + Number(fields[14])
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / 100
}

const clock = (time) => {
  const end = performance.now() + time * 1000
  return () => performance.now() >= end
}
const before = () => [cpu(server), cpu(store)]
const number = (value, digits = 1) => value.toLocaleString("en", { maximumFractionDigits: digits })

function row(name, answers, since) {
  const used = before().map((now, n) => now - since[n])
  const sorted = answers.map((answer) => answer.ms).sort((a, b) => a - b)
  const at = (share) => number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))])
  const statuses = {}
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1
  const each = used.map((cpu) => number((cpu * 1000) / answers.length, 2))
  const said = Object.entries(statuses).map(([status, count]) => `${status}: ${number(count, 0)}`).join(", ")
  console.log(`| ${[name, said, at(0.5), at(0.99), ...used.map((cpu) => number(cpu)), ...each].join(" | ")} |`)
}

const me = { headers: { authorization: `Bearer ${token}` } }
await client("/v1/me", clock(1), me)
console.log("| what | answers | p50, ms | p99, ms | Podium, CPU s | Postgres, CPU s | Podium, ms each | Postgres, ms each |")
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
for (const [name, path] of [["cit+hal+ity+all, one client", COSTLY], ["velvte+…, one client", ORDINARY]]) {
  const since = before()
  row(name, await client(path, clock(seconds)), since)
}
let since = before()
row("/v1/me, alone", await client("/v1/me", clock(seconds), { ...me, pause: 5 }), since)
since = before()
const over = clock(seconds)
const crowd = Array.from({ length: 40 }, () => client(FLOOD, over, { pause: 100 }))
const mine = await client("/v1/me", over, { ...me, pause: 5 })
const flood = (await Promise.all(crowd)).flat()
row("/v1/me, beside 40 that search", mine, since)
row("the searches of these 40", flood, since)
