import { durablePosts, jobStarts, spawns } from './anchors.ts'
import { install, type Installation } from './installation.ts'
import { commandStartTime } from './measures.ts'
import { quantile, type Measurement } from './statistics.ts'

const STARTS = 60
const ROUNDS = 3

/** From a request to the running process of its task, over Redis, beside the sum of the parts. */
export async function starts(modelUrl: string): Promise<Measurement[]> {
  await using service = await install('distributed', modelUrl, { commands: 'nothing=/bin/true' })
  const { redisUrl = '' } = service
  await rounds(service, redisUrl, 1)
  const { whole, posts, jobs, processes } = await rounds(service, redisUrl, ROUNDS)
  const parts = [posts, jobs, processes]
  const sum = (share: number): number =>
    parts.reduce((total, times) => total + quantile(times, share), 0)
  return [
    { name: 'a durable POST, p50', value: quantile(posts, 0.5), unit: 'ms' },
    { name: 'BullMQ from add to start, p50', value: quantile(jobs, 0.5), unit: 'ms' },
    { name: 'spawn, p50', value: quantile(processes, 0.5), unit: 'ms' },
    { name: 'submit → process started, p50', value: quantile(whole, 0.5), unit: 'ms' },
    { name: 'submit → process started, p99', value: quantile(whole, 0.99), unit: 'ms' },
    {
      name: '… p50, of the sum of the parts',
      value: quantile(whole, 0.5) / sum(0.5),
      unit: '×',
      limit: 1.2,
    },
    {
      name: '… p99, of that at p99',
      value: quantile(whole, 0.99) / sum(0.99),
      unit: '×',
      limit: 3,
    },
  ]
}

interface Times {
  readonly whole: number[]
  readonly posts: number[]
  readonly jobs: number[]
  readonly processes: number[]
}

async function rounds(service: Installation, redisUrl: string, count: number): Promise<Times> {
  const times: Times = { whole: [], posts: [], jobs: [], processes: [] }
  for (let round = 0; round < count; round += 1) {
    for (let start = 0; start < STARTS; start += 1) {
      times.whole.push(await commandStartTime(service, 'command:nothing'))
    }
    times.posts.push(...(await durablePosts(STARTS)))
    times.jobs.push(...(await jobStarts(redisUrl, STARTS)))
    times.processes.push(...(await spawns(STARTS)))
  }
  return times
}
